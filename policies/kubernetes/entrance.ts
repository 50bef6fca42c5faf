/** Draws the picture of what leads in from outside by a name: Ingresses, and routes of the Gateway API. */
import type { Entrance } from "../picture.ts";
import { items, known } from "../unknown.ts";

const platform = "kubernetes";

interface IngressProps {
  spec?: {
    defaultBackend?: object;
    rules?: { host?: string }[];
    tls?: { hosts?: string[] }[];
  };
}

interface RouteProps {
  spec?: { hostnames?: string[] };
}

/** Routes that go by a name; others have none to go by. */
export const routeKinds = ["TLSRoute", "HTTPRoute", "GRPCRoute"];

/** How an entrance is called that answers to any name. */
const anyName = "";

export const ingressOf = (ingress: IngressProps): Entrance => ({
  platform,
  get hosts() {
    return hostsOf(ingress);
  },
  get plain() {
    const covered = (ingress.spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? [anyName]);
    return hostsOf(ingress).filter((host) => !covered.some((name) => name === anyName || covers(name, host)));
  },
});

/** What a Gateway's listeners do with the connection is said at the Gateway. */
export const routeOf = (route: RouteProps): Entrance => ({
  platform,
  get hosts() {
    const hostnames = route.spec?.hostnames ?? [];
    return hostnames.length === 0 ? [anyName] : items(() => hostnames);
  },
  plain: [],
});

/** What no rule takes goes to the default backend, whatever its name. */
function hostsOf({ spec = {} }: IngressProps): string[] {
  const named = items(() => spec.rules).flatMap((rule) => known(() => [rule.host ?? anyName]) ?? []);
  return known(() => spec.defaultBackend) ? [...named, anyName] : named;
}

/** A wildcard stands for one label. */
const covers = (name: string, host: string): boolean =>
  name === host || (name.startsWith("*.") && host.slice(host.indexOf(".")) === name.slice(1));

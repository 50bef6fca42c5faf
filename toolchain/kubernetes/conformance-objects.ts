/** The objects of the conformance list's stack, and what it writes into the cluster in a kubelet's place. */
import type { ConformanceStack, Declared } from "./conformance.ts";
import type { Outside } from "./outside.ts";
import type { Fields } from "./plugin/values.ts";

export interface Place {
  namespace: string;
  outside: Outside;
  stack: ConformanceStack;
}

const SKIP = { "pulumi.com/skipAwait": "true" };

const named = ({ namespace }: Place, name: string, annotations: Fields = {}): Fields => ({
  name,
  namespace,
  annotations,
});
export const core = ({ namespace }: Place, rest: string) => `/api/v1/namespaces/${namespace}/${rest}`;
export const apps = ({ namespace }: Place, rest: string) => `/apis/apps/v1/namespaces/${namespace}/${rest}`;

interface Shape {
  replicas?: number;
  cpu?: string;
  label?: string;
  data?: string;
  annotations?: Fields;
  options?: object;
}

/** Namespace, Secret, ConfigMap, Deployment and Service, the Deployment depending on what it would mount. */
export function basics(
  place: Place,
  { replicas = 1, cpu = "500m", label = "a", data = "1", annotations = SKIP, options = {} }: Shape,
): Declared[] {
  const labels = { app: label };
  const containers = [
    { name: "app", image: "registry.invalid/app", ports: [{ containerPort: 80 }], resources: { requests: { cpu } } },
  ];
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  const service = { selector: labels, ports: [{ port: 80 }] };
  return [
    { type: "core.v1.Namespace", name: "ns", args: { metadata: { name: place.namespace } } },
    {
      type: "core.v1.Secret",
      name: "secret",
      dependsOn: ["ns"],
      args: { metadata: named(place, "s"), stringData: { password: "canary-4711" } },
    },
    {
      type: "core.v1.ConfigMap",
      name: "map",
      dependsOn: ["ns"],
      args: { metadata: named(place, "m"), data: { a: data } },
    },
    {
      type: "apps.v1.Deployment",
      name: "deploy",
      dependsOn: ["secret", "map"],
      args: { metadata: named(place, "d", annotations), spec },
      options,
    },
    {
      type: "core.v1.Service",
      name: "service",
      dependsOn: ["deploy"],
      args: { metadata: named(place, "svc", SKIP), spec: service },
    },
  ];
}

/** The five objects as they are once drift was met. */
export const settled = (place: Place, more: Shape = {}): Declared[] =>
  basics(place, {
    replicas: 2,
    label: "b",
    data: "2",
    annotations: { ...SKIP, "pulumi.com/patchForce": "true" },
    ...more,
  });
export const extra = (place: Place, declared: Declared): Declared[] => [...settled(place), declared];
export const map = (place: Place, name: string, data: Fields, options: object = {}): Declared => ({
  type: "core.v1.ConfigMap",
  name: "other",
  dependsOn: ["ns"],
  args: { metadata: name ? named(place, name) : { namespace: place.namespace }, data },
  options,
});
export const waited = (place: Place, seconds: number): Declared => {
  const [declared] = basics(place, { label: "w", annotations: { "pulumi.com/timeoutSeconds": String(seconds) } }).slice(
    3,
    4,
  );
  const args = {
    ...declared?.args,
    metadata: named(place, "waited", { "pulumi.com/timeoutSeconds": String(seconds) }),
  };
  return { type: "apps.v1.Deployment", name: "waited", dependsOn: ["ns"], args };
};

export const replicasOf = async (place: Place, name: string) =>
  ((await place.outside.get(apps(place, `deployments/${name}`)))?.spec as Fields | undefined)?.replicas;

export const READY_POD: Fields = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
export const CRASHING_POD: Fields = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "False" }],
  containerStatuses: [
    {
      name: "app",
      image: "x",
      imageID: "",
      ready: false,
      restartCount: 3,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
      lastState: { terminated: { exitCode: 3, reason: "Error" } },
    },
  ],
};

let turn = 0;

/** Writes the status of pods as they appear, for as long as a step may take or until another status is wanted. */
export async function later({ outside, namespace }: Place, status: Fields): Promise<void> {
  turn++;
  for (const mine = turn, end = Date.now() + 90_000; mine === turn && Date.now() < end; ) {
    await outside.setPodStatus(namespace, status).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

export function huge(place: Place): Declared {
  const { args } = waited(place, 120);
  const { spec } = args as { spec: { template: { spec: { containers: Fields[] } } } };
  const [container] = spec.template.spec.containers;
  const limits = { "hugepages-2Mi": "64Mi", memory: "64Mi", cpu: "100m" };
  const containers = [{ ...container, resources: { limits } }];
  const template = { ...spec.template, spec: { containers } };
  return {
    type: "apps.v1.Deployment",
    name: "waited",
    dependsOn: ["ns"],
    args: { ...args, spec: { ...spec, template } },
  };
}

export const group = ({ namespace }: Place): string => `${namespace}.example.com`;

export function custom(place: Place): Declared[] {
  const schema = {
    type: "object",
    properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
  };
  const spec = {
    group: group(place),
    scope: "Namespaced",
    names: { plural: "things", singular: "thing", kind: "Thing" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  };
  const name = `things.${group(place)}`;
  return [
    { type: "apiextensions.v1.CustomResourceDefinition", name: "definition", args: { metadata: { name }, spec } },
    {
      type: "apiextensions.CustomResource",
      name: "thing",
      dependsOn: ["definition", "ns"],
      args: { apiVersion: `${group(place)}/v1`, kind: "Thing", metadata: named(place, "t"), spec: { size: 3 } },
    },
  ];
}

/** Traefik in the lab: the published program, with the definitions and the rights that its documentation gives it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { push, scratchImage } from "../../lab/image.ts";
import { ensurePrograms, programFile, requiredVersion } from "../../lab/programs.ts";
import { moduleFolder } from "../../toolchain/go-module.ts";
import { definitions } from "../../toolchain/kubernetes/gateway-api.ts";
import { root } from "../checkout.ts";
import { apply, kubectl, lab, restrictedNamespace } from "./cluster.ts";
import { restricted } from "./ways-in.ts";

const MODULE = "github.com/traefik/traefik/v3";
/** The Gateway API that this Traefik is made for. */
const GATEWAY_API = "v1.6.1";
const name = "traefik";
const metadata = { name, namespace: name };
const labels = { "app.kubernetes.io/name": name };

/** Traefik's Service, which it tells as the address of Ingresses and Gateways. */
export const ADDRESS = "10.96.80.80";
/** Of the entry point, as in Traefik's Helm chart, whose Service leads 443 there. */
export const LISTENER_PORT = 8443;

export async function startTraefik(): Promise<void> {
  await ensurePrograms(lab, ["traefik"], () => {});
  const image = await push(name, scratchImage(programFile(lab, "traefik")));
  await apply(...definitions(GATEWAY_API), ...documented("kubernetes-crd-definition-v1.yml"));
  await apply(restrictedNamespace(name), { apiVersion: "v1", kind: "ServiceAccount", metadata }, ...rights());
  await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  await apply(ingressClass, gatewayClass, service, pod(image));
  await kubectl(["wait", "--for=condition=Ready", "--namespace", name, `pod/${name}`, "--timeout=120s"]);
}

type Document = { kind: string; metadata: object };

function documented(file: string): Document[] {
  const version = requiredVersion(readFileSync(join(root, "lab/traefik/go.mod"), "utf8"), MODULE);
  const path = join(moduleFolder(MODULE, version), "docs/content/reference/dynamic-configuration", file);
  const documents = parseAllDocuments(readFileSync(path, "utf8")).map((document) => document.toJS());
  return documents.filter((document): document is Document => document !== null);
}

/** As documented, for the account that we made. */
function rights(): object[] {
  const subjects = [{ kind: "ServiceAccount", ...metadata }];
  const all = ["kubernetes-crd-rbac.yml", "kubernetes-gateway-rbac.yml"].flatMap(documented);
  return all.map((each) => (each.kind === "ClusterRoleBinding" ? { ...each, subjects } : each));
}

const ingressClass = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name },
  spec: { controller: "traefik.io/ingress-controller" },
};

const gatewayClass = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name },
  spec: { controllerName: "traefik.io/gateway-controller" },
};

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata,
  spec: { clusterIP: ADDRESS, selector: labels, ports: [{ name: "websecure", port: 443, targetPort: LISTENER_PORT }] },
};

const pod = (image: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...metadata, labels },
  spec: {
    serviceAccountName: name,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        ...{ name, image, securityContext: restricted },
        args: [
          `--entrypoints.websecure.address=:${LISTENER_PORT}`,
          "--entrypoints.ping.address=:8080",
          "--ping.entrypoint=ping",
          "--providers.kubernetesingress.ingressclass=traefik",
          `--providers.kubernetesingress.ingressendpoint.ip=${ADDRESS}`,
          "--providers.kubernetescrd=true",
          `--providers.kubernetesgateway.statusaddress.ip=${ADDRESS}`,
          ...["--global.checknewversion=false", "--global.sendanonymoususage=false"],
        ],
        readinessProbe: { httpGet: { path: "/ping", port: 8080 }, periodSeconds: 2 },
      },
    ],
  },
});

/** For tests: the whole program on a platform that only writes down what it is asked to run. */
import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../infra/config.ts";
import { withSecrets } from "../infra/config-read.ts";
import type { Platform, ServiceSource } from "../infra/platform.ts";
import type { Image, Running, Workload } from "../infra/workload.ts";
import { assembled } from "./assembly.ts";

export class Recorder implements Platform {
  readonly kind = "docker";
  readonly workloads = new Map<string, Workload>();
  readonly built: ServiceSource[] = [];
  readonly #grafana: boolean;

  constructor(grafana: boolean) {
    this.#grafana = grafana;
  }

  build(source: ServiceSource): Image {
    this.built.push(source);
    return image(source.name);
  }

  thirdParty(name: string): Image | undefined {
    return name !== "grafana" || this.#grafana ? image(name) : undefined;
  }

  run(workload: Workload): Running {
    if (this.workloads.has(workload.name)) throw new Error(`${workload.name} runs twice`);
    this.workloads.set(workload.name, workload);
    const { name, ports, metrics, monitors, peers, needs = [], expose = {} } = workload;
    return {
      name,
      host: name,
      ports,
      ...(metrics && { metrics }),
      ...(monitors && { monitors }),
      ...(peers && { peerPorts: peers.ports }),
      ready: pulumi.output(name),
      image: workload.image.reference,
      handle: name,
      needs: needs.map((needed) => needed.name),
      exposed: Object.fromEntries(Object.entries(expose).map(([port, host]) => [port, `127.0.0.1:${host}`])),
    };
  }
}

const image = (name: string): Image => ({
  reference: pulumi.output(`sha256:${name}`),
  content: name,
  origin: "built",
  title: name,
});

/** As stacks/index.ts does it, with a given configuration. */
export function assemble(values: Record<string, unknown>, grafana = true) {
  const recorder = new Recorder(grafana);
  const shown = assembled(withSecrets(parseConfig(values)), recorder);
  return { workloads: recorder.workloads, outputs: shown };
}

/** Engine-less Pulumi: resources get made-up values that are recognisable wherever they end up. */
export const mocks: pulumi.runtime.Mocks = {
  newResource: ({ type, name, inputs }) => {
    const made: Record<string, unknown> = {
      "random:index/randomPassword:RandomPassword": { result: `CANARY${name.replaceAll("-", "")}` },
      "random:index/randomId:RandomId": { b64Url: "AAECAwQFBgcICQoLDA0ODw" },
      "tls:index/privateKey:PrivateKey": { privateKeyPemPkcs8: `CANARYKEY ${name}` },
      "tls:index/selfSignedCert:SelfSignedCert": { certPem: `CERT ${name}` },
      "tls:index/certRequest:CertRequest": { certRequestPem: `REQUEST ${name}` },
      "tls:index/locallySignedCert:LocallySignedCert": { certPem: `CERT ${name}` },
    };
    return { id: `${name}-id`, state: { ...inputs, ...((made[type] as object | undefined) ?? {}) } };
  },
  call: () => ({}),
};

/** The plain value of an output. */
export function known<T>(value: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => pulumi.output(value).apply((plain) => resolve(plain as T)));
}

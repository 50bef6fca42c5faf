/** The manifests of a stack on Kubernetes, from the program itself, without a cluster, an engine or a state. */
import { runtime } from "@pulumi/pulumi";
import type { Config } from "../infra/config.ts";
import { KubernetesPlatform } from "../infra/kubernetes/platform.ts";
import { Writer, type Written } from "../infra/kubernetes/write.ts";
import { product } from "../infra/names.ts";
import { kubernetesOptions, type Supply } from "../infra/platform-for.ts";
import { assembled } from "./assembly.ts";

/** What the state would hold, and a rendering doesn't: generated secrets and certificates. */
const unknown: Record<string, Record<string, string>> = {
  "random:index/randomPassword:RandomPassword": { result: "PLACEHOLDER" },
  "random:index/randomId:RandomId": { b64Url: "PLACEHOLDER" },
  "tls:index/privateKey:PrivateKey": { privateKeyPem: "PLACEHOLDER", privateKeyPemPkcs8: "PLACEHOLDER" },
  "tls:index/selfSignedCert:SelfSignedCert": { certPem: "PLACEHOLDER for the certificate of the stack's authority\n" },
  "tls:index/certRequest:CertRequest": { certRequestPem: "PLACEHOLDER" },
  "tls:index/locallySignedCert:LocallySignedCert": { certPem: "PLACEHOLDER" },
};

const standIns: runtime.Mocks = {
  newResource: ({ type, name, inputs }) => ({ id: name, state: { ...inputs, ...unknown[type] } }),
  call: () => ({}),
};

/** Runs the program in this process, in place of Pulumi's engine. */
export async function render(config: Config, stack: string, { site, thirdParty }: Supply): Promise<Written> {
  await runtime.setMocks(standIns, product, stack, false);
  const { registry } = config.kubernetes;
  const writer = new Writer({ stack, registry, base: site.base });
  const platform = new KubernetesPlatform({ ...kubernetesOptions(config, stack), thirdParty }, () => writer);
  assembled(config, platform);
  return writer.written();
}

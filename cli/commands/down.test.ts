import { expect, it } from "vitest";
import { keptUrns } from "./down.ts";

const state = (types: string[]): string =>
  JSON.stringify({ deployment: { resources: types.map((type) => ({ urn: `urn:${type}`, type })) } });

it("what outlives a down that keeps the data is the data, its namespace and the secrets that open it, on either platform", () => {
  const kept = [
    "docker:index/volume:Volume",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:Namespace",
    "random:index/randomPassword:RandomPassword",
    "tls:index/privateKey:PrivateKey",
    "pulumi:providers:kubernetes",
  ];
  const gone = [
    "docker:index/container:Container",
    "docker:index/registryImage:RegistryImage",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:core/v1:Secret",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:scheduling.k8s.io/v1:PriorityClass",
  ];
  expect(keptUrns(state([...kept, ...gone]))).toEqual(kept.map((type) => `urn:${type}`));
});

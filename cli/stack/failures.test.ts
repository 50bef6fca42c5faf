import { describe, expect, it } from "vitest";
import { knownFailure } from "./failures.ts";

describe("known failures", () => {
  it.each([
    [
      "can't create an object: the Kubernetes cluster can't be reached\n  given:   https://10.0.0.1:6443: connect ECONNREFUSED",
      "the cluster does not answer",
    ],
    ["configured Kubernetes cluster is unreachable: unable to load schema", "the cluster does not answer"],
    [
      'deployments.apps is forbidden: User "dev" cannot create resource "deployments"',
      "does not allow these credentials",
    ],
    ['pods "engine-0" is forbidden: violates PodSecurity "restricted:latest": privileged', "admission refuses"],
    ['admission webhook "policy.example" denied the request: no latest tag', "admission refuses"],
    ['pods "kafka-0" is forbidden: exceeded quota: compute', "admission refuses"],
    ["StatefulSet kafka is there but not ready: not ready after 180 s: 0 of 1 pods ready", "does not become ready"],
    [
      'Get "https://127.0.0.1:5077/v2/": dial tcp 127.0.0.1:5077: connect: connection refused',
      "registry does not take",
    ],
    [
      "Deployment engine is there but not ready: 0 of 1 replicas are available; engine-1: container engine ImagePullBackOff: Back-off pulling image: unexpected status: 401 Unauthorized",
      "does not give an image to the cluster's nodes",
    ],
    [
      "[ErrImagePull] failed to pull image: pull access denied, repository does not exist or may require authorization",
      "does not give an image to the cluster's nodes",
    ],
    [
      "Deployment engine is there but not ready: container engine ErrImagePull: manifest unknown: not found",
      "a node can't get an image",
    ],
    [
      "Ingress trading/gateway-outside is there but not ready: not ready after 600 s: no ingress controller has given it an address; there is no class nginx",
      "no controller has taken the Ingress",
    ],
    ["the API server serves no TLSRoute of gateway.networking.k8s.io/v1", "no Gateway API"],
    ["bind: address already in use", "a host port"],
  ])("%s", (text, what) => {
    expect(knownFailure(text)?.what).toContain(what);
  });

  it("leaves others to the engine's own words", () => {
    expect(knownFailure("something else")).toBeUndefined();
  });
});

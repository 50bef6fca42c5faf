/** Failures that are known by their words, and what to do about each. Pure. */

export interface KnownFailure {
  pattern: RegExp;
  what: string;
  allowed: string;
  remedy: string;
}

/** The first that fits; the more particular ones stand first. */
export const knownFailure = (text: string): KnownFailure | undefined =>
  knownFailures.find(({ pattern }) => pattern.test(text));

const knownFailures: KnownFailure[] = [
  {
    pattern: /incorrect passphrase/,
    what: "the passphrase does not open this stack's secrets",
    allowed: "the passphrase the stack was made with",
    remedy: "unset PULUMI_CONFIG_PASSPHRASE, or set it to the stack's own",
  },
  {
    pattern: /the stack is currently locked/,
    what: "another run is changing this stack",
    allowed: "one changing run at a time",
    remedy:
      "wait for it to end; a lock left by a dead run on this machine is cleared by itself, one of another machine with `pulumi cancel`",
  },
  {
    pattern: /port is already allocated|address already in use/,
    what: "a host port that the stack wants is in use",
    allowed: "free ports on the bind address",
    remedy:
      "stop the program that holds the port, or choose another under docker.hostPorts in the stack's configuration",
  },
  {
    pattern: /no space left on device/,
    what: "the disk is full",
    allowed: "room for the images and the data volumes",
    remedy: "free some space (docker image prune, docker builder prune) and run the same command again",
  },
  {
    pattern: /[Kk]ubernetes cluster (can't be reached|is unreachable)/,
    what: "the cluster does not answer",
    allowed: "an API server that answers; nothing was changed and the state is kept",
    remedy: "start the cluster (the lab: `horizon lab up`), or correct kubernetes.kubeconfig and kubernetes.context",
  },
  {
    pattern: /violates PodSecurity|admission webhook "[^"]*" denied the request|exceeded quota/,
    what: "the cluster's admission refuses an object",
    allowed: "what the cluster's own words above allow",
    remedy: "for a quota: have it raised; for a webhook: ask its owner; for PodSecurity: mend the workload",
  },
  {
    pattern: /is forbidden: User "/,
    what: "the cluster does not allow these credentials what the stack needs",
    allowed: "credentials with the rights that `horizon doctor` lists",
    remedy: "have the rights granted, or use other credentials in the kubeconfig",
  },
  {
    pattern:
      /(server gave HTTP response to HTTPS client|requested access to the resource is denied|authentication required|\/v2\/": dial tcp)/,
    what: "the registry does not take the images",
    allowed: "a registry that answers, and that this machine may push to",
    remedy: "log in (docker login), or correct kubernetes.registry; the lab's comes with `horizon lab up`",
  },
  {
    pattern:
      /(ErrImagePull|ImagePullBackOff)[\s\S]*?(40[13] (unauthorized|forbidden)|unauthorized:|not authorized|authorization failed|access denied|is denied|no basic auth)/i,
    what: "the registry does not give an image to the cluster's nodes",
    allowed: "credentials that may pull, in a Secret of type kubernetes.io/dockerconfigjson in the stack's namespace",
    remedy:
      "make the Secret (kubectl create secret docker-registry NAME), name it in kubernetes.imagePullSecrets, and run up again",
  },
  {
    pattern: /ErrImagePull|ImagePullBackOff|InvalidImageName/,
    what: "a node can't get an image",
    allowed: "an image that is in its registry, and a registry that the nodes reach",
    remedy: "mend what the reasons name; what is built here is pushed to kubernetes.registry, and pulled from there",
  },
  {
    pattern: /no ingress controller has given it an address|\.status\.loadBalancer field was not updated/,
    what: "no controller has taken the Ingress",
    allowed: "a controller of its class that tells its address",
    remedy:
      'correct kubernetes.expose.ingressClassName; where the controller never tells, add the annotation pulumi.com/skipAwait: "true" to kubernetes.expose.annotations',
  },
  {
    pattern: /serves no TLSRoute|no matches for kind "TLSRoute"/,
    what: "the cluster has no Gateway API that leads TLS on",
    allowed: "the kind TLSRoute of gateway.networking.k8s.io/v1, which is in the Gateway API from 1.5 on",
    remedy: "have its operators install it, or choose another kubernetes.expose.kind",
  },
  {
    pattern: /is there but not ready|not ready after \d+ s/,
    what: "a workload does not become ready",
    allowed: "pods that start and pass their checks in time; the reasons stand above",
    remedy: "mend what the reasons name (see also `horizon status` and `horizon logs NAME`), then run up again",
  },
];

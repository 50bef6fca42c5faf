import { container, docker, initContainer, pod, podSecurity, security } from "../examples.ts";
import { hardenedContainer } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

/** A name proves nothing: the image decides which number it is. */
export const nonRootUser: Rule = {
  name: "non-root-user",
  description: "Runs as a numeric user and group other than 0.",
  level: "mandatory",
  remedy: {
    docker: 'set a numeric user and group other than 0, e.g. "65532:65532"',
    kubernetes: "set runAsNonRoot, and numbers other than 0 as runAsUser and runAsGroup",
  },
  checks: {
    unit: [
      {
        control: "runAsNonRoot",
        finds: (unit) =>
          unit.runAsNonRoot === false && !unit.ownUsers ? "lets its containers start as root" : undefined,
      },
      { control: "runAsUser", finds: ({ uid, ownUsers }) => (uid === 0 && !ownUsers ? "user is 0" : undefined) },
    ],
    process: [
      {
        control: "runAsNonRoot",
        finds: ({ runAsNonRoot, unit }) =>
          runAsNonRoot === false && !unit.ownUsers ? "may be started as root" : undefined,
      },
      { control: "runAsUser", finds: ({ uid, unit }) => (uid === 0 && !unit.ownUsers ? "user is 0" : undefined) },
      {
        finds: ({ uid = 0, gid = 0, user }) =>
          uid > 0 && gid > 0 ? undefined : `user is ${user === "" ? "the image's own" : `"${user}"`}`,
      },
    ],
  },
  examples: {
    compliant: [docker(), docker({ user: "999" }), pod(), security({ runAsUser: 1000 }), initContainer({})],
    offending: [
      docker({ user: "0" }),
      docker({ user: "root" }),
      docker({ user: "postgres" }),
      docker({ user: "65532:0" }),
      docker({ user: "" }),
      podSecurity({ runAsNonRoot: false }),
      podSecurity({ runAsUser: 0 }),
      podSecurity({ runAsGroup: 0 }),
      pod({ securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } }),
      security({ runAsNonRoot: false }),
      security({ runAsUser: 0 }),
      container({ securityContext: { ...hardenedContainer.securityContext, runAsGroup: 0 } }),
      initContainer({ securityContext: { ...hardenedContainer.securityContext, runAsUser: 0 } }),
    ],
  },
};

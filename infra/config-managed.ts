/** Data servers that somebody else runs, as the configuration names them. What a URL may say is checked in managed.ts. */
import { z } from "zod";
import { field } from "./config-fields.ts";

const networks = field(
  z.array(z.union([z.cidrv4(), z.cidrv6()])).min(1),
  "Where the server is, if it isn't in the cluster: a policy can't name a host",
  "a list of networks such as 10.1.2.0/24",
);

const pods = field(
  z.record(
    z.string().regex(/^([a-z0-9][-a-z0-9.]*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/),
    z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/),
  ),
  "Labels of its pods, in the namespace that the URL names; absent: every pod there, on the server's port",
  "labels by key, such as cnpg.io/cluster: pg",
);

const secretName = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);

export const managed = (example: string) =>
  z
    .strictObject({
      url: field(z.string(), `Where it is, and as whom to log in to administer it, such as ${example}`, "a URL"),
      secretName: field(
        secretName,
        "A Secret in the stack's namespace with the keys `password` and, unless the URL names a user, `username`",
        "the name of a Secret",
      ),
      caSecretName: field(
        secretName,
        "A Secret in the stack's namespace whose key `ca.crt` has the authority that signed the server's certificate, in PEM: for a URL that asks for TLS",
        "the name of a Secret",
      ).optional(),
      pods: pods.optional(),
      networks: networks.optional(),
    })
    .describe("Somebody else runs the server: the stack makes none of its own and administers this one");

export type Managed = z.output<ReturnType<typeof managed>>;

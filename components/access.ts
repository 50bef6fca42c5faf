/**
 * What a client is given to use a server: where it is, who it is, and the edge that lets it through.
 * Every server hands out the same three parts, so a client merges as many as it needs.
 */
import type { Input, Output } from "@pulumi/pulumi";
import type { Running } from "../infra/workload.ts";

export interface Access {
  env: Record<string, Input<string>>;
  secrets: Record<string, Input<string>>;
  needs: Running[];
}

/** One user of one server. */
export interface Login {
  user: string;
  password: Output<string>;
  /** Who makes this user: before that has run, logging in fails. Absent for users that a server is born with. */
  madeBy?: Running;
}

/** The edges of a login: the server or servers, and whoever makes the user there. */
export const edgesOf = (servers: Running | Running[], { madeBy }: Login): Running[] => [servers, madeBy ?? []].flat();

/** Secrets lie in one directory: one volume per workload. */
export const secretPath = (name: string): string => `/run/secrets/${name}`;

export function mergeAccess(...parts: Access[]): Access {
  return {
    env: Object.assign({}, ...parts.map((part) => part.env)),
    secrets: Object.assign({}, ...parts.map((part) => part.secrets)),
    needs: [...new Set(parts.flatMap((part) => part.needs))],
  };
}

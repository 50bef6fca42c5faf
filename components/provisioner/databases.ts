/** Databases, and the roles that may use them. Each service owns its own and can't connect to another's. */
import { secretPath } from "../access.ts";
import type { Declaration, Role } from "./declaration.ts";

export const databases = [
  { name: "signal", owner: "trading_signal" },
  { name: "risk", owner: "risk_management" },
] as const satisfies Declaration["postgres"]["databases"];

const rights = {
  trading_signal: {},
  risk_management: {},
  // pg_monitor reads statistics, no data.
  postgres_exporter: { memberOf: ["pg_monitor"], connect: ["postgres"] },
  auditor: { readOnly: databases.map(({ name }) => name) },
} satisfies Record<string, Omit<Role, "name" | "passwordFile">>;

export type DeclaredRole = keyof typeof rights;
export const declaredRoles = Object.keys(rights) as DeclaredRole[];

export const rolePasswordPath = (role: string): string => secretPath(`postgres-${role}`);

export const roles: Role[] = declaredRoles.map((name) => ({
  name,
  passwordFile: rolePasswordPath(name),
  ...rights[name],
}));

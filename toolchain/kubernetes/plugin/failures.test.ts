import { describe, expect, it } from "vitest";
import { parseWarnings } from "./cluster.ts";
import { ApiError, cannotDryRun, conflictRefusal, isConflict, isNamespaceMissing, mayOverrule } from "./failures.ts";
import type { Fields } from "./values.ts";

const error = (status: number, message: string, details: Fields = {}) =>
  new ApiError(status, { kind: "Status", message, details }, "PATCH /x");
const conflict = (...managers: string[]) =>
  error(409, "Apply failed with conflicts", {
    causes: managers.map((manager) => ({
      reason: "FieldManagerConflict",
      message: `conflict with "${manager}" using apps/v1`,
      field: ".spec.replicas",
    })),
  });

describe("refusals of the API server", () => {
  it("tell a missing namespace from a missing object", () => {
    expect(isNamespaceMissing(error(404, 'namespaces "a" not found', { kind: "namespaces" }))).toBe(true);
    expect(isNamespaceMissing(error(404, 'deployments "a" not found', { kind: "deployments" }))).toBe(false);
  });

  it("give way to the inputs where a dry run isn't allowed", () => {
    expect(cannotDryRun(error(403, "forbidden"))).toBe(true);
    expect(cannotDryRun(error(400, "admission webhook x does not support dry run"))).toBe(true);
    expect(cannotDryRun(error(400, "unknown field"))).toBe(false);
  });
});

describe("conflicts", () => {
  it("with hands-on changes are overruled, with controllers not", () => {
    expect(mayOverrule(conflict("kubectl"))).toBe(true);
    expect(mayOverrule(conflict("kubectl", "kube-controller-manager"))).toBe(false);
    expect(mayOverrule(conflict("kubectl-edit"))).toBe(false);
  });

  it("are only those of field managers", () => {
    expect(isConflict(conflict("kubectl"))).toBe(true);
    expect(isConflict(error(409, "the object has been modified"))).toBe(false);
  });

  it("are explained with field, manager and remedy", () => {
    expect(conflictRefusal("Deployment n/a", conflict("hpa")).message).toMatchInlineSnapshot(`
      "Deployment n/a has fields that another manager owns
        given:   .spec.replicas ("hpa" using apps/v1)
        allowed: fields that nobody else manages
        remedy:  leave them out of the program, or take them over: annotation pulumi.com/patchForce: "true""
    `);
  });
});

describe("warnings", () => {
  it("are read from the header, several of them and with quotes", () => {
    expect(parseWarnings('299 - "a is deprecated", 299 - "unknown field \\"spec.x\\""')).toEqual([
      "a is deprecated",
      'unknown field "spec.x"',
    ]);
    expect(parseWarnings(undefined)).toEqual([]);
    expect(parseWarnings('199 - "not ours"')).toEqual([]);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { keepCount, nodesOf } from "./count.ts";

const scratch = mkdtempSync(join(tmpdir(), "lab-count-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const lab = (name: string) => ({ home: join(scratch, name), cache: scratch, log: "/dev/null" });
const names = (name: string): string[] => nodesOf(lab(name)).map((node) => node.name);

it("is one unless asked for more, and stays", () => {
  keepCount(lab("a"));
  expect(names("a")).toEqual(["lab-node"]);
  keepCount(lab("a"), 2);
  keepCount(lab("a"));
  expect(names("a")).toEqual(["lab-node", "lab-node-2"]);
});

it("grows and never shrinks", () => {
  keepCount(lab("b"), 2);
  expect(() => keepCount(lab("b"), 1)).toThrow(
    /fewer nodes[\s\S]*given: +--nodes 1, and it has 2\n +allowed: 2 to 3\n/,
  );
  keepCount(lab("b"), 3);
  expect(names("b")).toHaveLength(3);
});

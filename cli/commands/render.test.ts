import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { render, writeFolder } from "./render.ts";

test("prod comes out as one file for each workload, the same bytes each time, and stale ones go", async () => {
  const folder = mkdtempSync(join(tmpdir(), "horizon-render-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const read = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(
        ({ name, parentPath }) =>
          [join(parentPath, name).slice(folder.length + 1), readFileSync(join(parentPath, name), "utf8")] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
  await render("prod", folder);
  const first = read();
  expect(first.map(([name]) => name)).toEqual(
    expect.arrayContaining(["cipherhorizon.yaml", "kafka.yaml", "nodes/kubelet.conf"]),
  );
  writeFileSync(join(folder, "gone.yaml"), first[0]?.[1] ?? "");
  writeFileSync(join(folder, "mine.yaml"), "a: 1\n");
  await render("prod", folder);
  expect(read()).toEqual([...first, ["mine.yaml", "a: 1\n"]].sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1)));
  for (const [name, text] of first.filter(([name]) => name.endsWith(".yaml")))
    for (const document of parseAllDocuments(text)) expect(document.errors, name).toEqual([]);
}, 60_000);

test("a file that isn't a rendering is left alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "horizon-render-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "other.yaml"), "kind: Service\n");
  writeFolder(folder, new Map());
  expect(readdirSync(folder)).toEqual(["other.yaml"]);
});

test("a stack on Docker has none, and says so", async () => {
  await expect(render("dev", undefined)).rejects.toThrow(/only a stack on kubernetes has manifests/);
});

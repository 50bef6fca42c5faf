/** A field that is added to the model compiles only when both platforms handle it: shown by adding one. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const model = path("workload.ts");

/** Each part of the model, its last field, and where each platform takes it apart. */
const parts = {
  Workload: ["egress?: boolean;", "docker/container.ts", "kubernetes/pod.ts"],
  Scratch: ["exec?: boolean;", "docker/scratch.ts", "kubernetes/scratch.ts"],
  Health: ["interval?: Duration;", "docker/health.ts", "kubernetes/health.ts"],
  LatencyProfile: ["lockMemory?: boolean;", "docker/container.ts", "kubernetes/latency.ts"],
} as const;

const settings = ts.readConfigFile(path("../tsconfig.json"), ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(settings, ts.sys, path(".."));
const files = [...new Set(Object.values(parts).flatMap(([, ...translators]) => translators))].map(path);
/** Of the libraries, read once for all the programs. */
const read = new Map<string, ts.SourceFile | undefined>();

/** The translators' errors where the model reads as given, by file. */
function errors(text: string): Map<string, string[]> {
  const host = ts.createCompilerHost(options);
  const usual = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language, ...others) => {
    if (name === model) return ts.createSourceFile(name, text, language);
    if (!read.has(name)) read.set(name, usual(name, language, ...others));
    return read.get(name);
  };
  const program = ts.createProgram(files, options, host);
  const found = files.map((file) => {
    const diagnostics = program.getSemanticDiagnostics(program.getSourceFile(file));
    return [file, diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))] as const;
  });
  return new Map(found);
}

const asIs = readFileSync(model, "utf8");

beforeAll(() => {
  for (const [file, found] of errors(asIs)) expect(found, file).toEqual([]);
}, 120_000);

describe("a new field fails to compile on both platforms", () => {
  test.each(Object.entries(parts))(
    "%s",
    (name, [last, ...translators]) => {
      const start = asIs.indexOf(`export interface ${name} {`);
      const at = asIs.indexOf(last, start) + last.length;
      expect(start).toBeGreaterThan(0);
      const found = errors(`${asIs.slice(0, at)}\n  added?: boolean;${asIs.slice(at)}`);
      for (const translator of translators)
        expect(found.get(path(translator))?.join("\n"), translator).toMatch(/does not satisfy|not assignable|'added'/);
    },
    120_000,
  );
});

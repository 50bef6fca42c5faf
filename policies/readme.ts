/** Puts the rules into the README; readme.test.ts proves that they are fresh, and writes them anew when asked. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Platform } from "./picture.ts";
import type { Rule } from "./rule.ts";

const path = fileURLToPath(new URL("README.md", import.meta.url));

const platforms: Record<Platform, string> = { docker: "Docker", kubernetes: "Kubernetes" };

const code = (text: string): string => `\`${text}\``;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |\n`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("");
}

/** Refused is whatever isn't as the second column says. */
const rulesTable = (rules: readonly Rule[]): string =>
  table(
    ["rule", "refuses what isn't so", "platforms", "level"],
    rules.map(({ name, description, remedy, level }) => [
      code(name),
      description,
      (Object.keys(remedy) as Platform[]).map((platform) => platforms[platform]).join(", "),
      level,
    ]),
  );

function podSecurityTable(rules: readonly Rule[]): string {
  const pairs = rules.flatMap(({ name, checks }) =>
    Object.values(checks)
      .flat()
      .flatMap(({ control }) => (control === undefined ? [] : [{ control, name }])),
  );
  const names = (id: string): string[] => pairs.filter(({ control }) => control === id).map(({ name }) => code(name));
  const controls = [...new Set(pairs.map(({ control }) => control))].sort();
  return table(
    ["check of `restricted`", "rule"],
    controls.map((id) => [code(id), [...new Set(names(id))].join(", ")]),
  );
}

/** The README with each generated part between its marks; whatever stood there goes. */
export function withRules(readme: string, rules: readonly Rule[]): string {
  const parts = { rules: rulesTable(rules), "pod security": podSecurityTable(rules) };
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, "<!-- /generated -->"];
    const [before, rest] = text.split(begin);
    const at = rest?.indexOf(end) ?? -1;
    if (before === undefined || rest === undefined || at < 0) throw new Error(`the README lacks ${begin} or ${end}`);
    return `${before}${begin}\n${part}${rest.slice(at)}`;
  }, readme);
}

export const readReadme = (): string => readFileSync(path, "utf8");

export const writeReadme = (text: string): void => writeFileSync(path, text);

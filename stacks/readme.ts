/** Puts the picture of the program into the README; readme.test.ts proves that it is fresh, and draws it anew when asked. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const readmePath = fileURLToPath(new URL("../README.md", import.meta.url));

const [begin, end] = ["<!-- generated: graph -->", "<!-- /generated -->"];

/** The README with the picture between its marks; whatever stood there goes. */
export function withGraph(readme: string, mermaid: string): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the README lacks ${begin} or ${end}`);
  return `${before}${begin}\n\`\`\`mermaid\n${mermaid}\`\`\`\n${end}${after}`;
}

export const readReadme = (): string => readFileSync(readmePath, "utf8");

export const writeReadme = (text: string): void => writeFileSync(readmePath, text);

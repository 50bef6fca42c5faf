/**
 * What matters in a `pulumi preview --json`: what is deleted or replaced, which data is at risk, which images change. A reviewer
 * reads this in a pull request before the folded detail. Pure.
 */
import { describe } from "../stack/events.ts";

interface StepState {
  type: string;
  inputs?: Record<string, unknown>;
  protect?: boolean;
  retainOnDelete?: boolean;
}

export interface PreviewStep {
  op: string;
  urn: string;
  oldState?: StepState;
  newState?: StepState;
  replaceReasons?: string[] | null;
  diffReasons?: string[] | null;
}

export interface Preview {
  steps?: PreviewStep[];
  diagnostics?: { message: string; severity: string }[];
  changeSummary?: Record<string, number>;
}

export interface Change {
  resource: string;
  /** Property paths that lead to it. */
  because: string[];
}

export interface Summary {
  deleted: Change[];
  replaced: Change[];
  updated: Change[];
  created: Change[];
  /** Volumes that would be deleted or replaced and are not retained: their data would be gone. */
  dataAtRisk: Change[];
  /** Images built anew or pulled at another digest. */
  images: Change[];
  errors: string[];
}

const stateful: ReadonlySet<string> = new Set([
  "docker:index/volume:Volume",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:apps/v1:StatefulSet",
]);
const imageTypes: ReadonlySet<string> = new Set(["docker:index/remoteImage:RemoteImage"]);

const typeOf = (step: PreviewStep): string => step.newState?.type ?? step.oldState?.type ?? "";
const isGroup = (step: PreviewStep): boolean => /^(pulumi|trading|infra):/.test(typeOf(step));

/** A volume that only carries files can be made again from the program; one that holds state can't. */
const holdsState = ({ oldState }: PreviewStep): boolean => {
  const labels = oldState?.inputs?.["labels"];
  return (
    !Array.isArray(labels) ||
    !labels.some((label: { label?: string; value?: string }) => label.label === "cipherhorizon.content")
  );
};

export function summarise(preview: Preview): Summary {
  const steps = (preview.steps ?? []).filter((step) => !isGroup(step));
  const pick = (wanted: (step: PreviewStep) => boolean): Change[] =>
    steps
      .filter(wanted)
      .map((step) => ({
        resource: describe(step.urn),
        because: [...new Set([...(step.replaceReasons ?? []), ...(step.diffReasons ?? [])])].sort(),
      }))
      .sort((a, b) => (a.resource < b.resource ? -1 : 1));
  // A delete-before-replace shows as three steps; `replace` is the one of them that always stands for the pair.
  const gone = (step: PreviewStep): boolean => step.op === "delete" || step.op === "replace";
  return {
    deleted: pick(({ op }) => op === "delete"),
    replaced: pick(({ op }) => op === "replace"),
    updated: pick(({ op }) => op === "update"),
    created: pick(({ op }) => op === "create"),
    dataAtRisk: pick(
      (step) => gone(step) && stateful.has(typeOf(step)) && !step.oldState?.retainOnDelete && holdsState(step),
    ),
    images: pick((step) => imageTypes.has(typeOf(step)) && step.op !== "same" && step.op !== "delete"),
    errors: (preview.diagnostics ?? [])
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message.trim()),
  };
}

export const isEmpty = (summary: Summary): boolean =>
  [summary.deleted, summary.replaced, summary.updated, summary.created, summary.errors].every(
    (list) => list.length === 0,
  );

const headings: [keyof Omit<Summary, "errors">, string][] = [
  ["dataAtRisk", "Data at risk"],
  ["deleted", "Deleted"],
  ["replaced", "Replaced"],
  ["images", "Images changed"],
  ["updated", "Updated in place"],
  ["created", "Created"],
];

const line = ({ resource, because }: Change): string =>
  because.length === 0 ? resource : `${resource} (${because.slice(0, 6).join(", ")})`;

export function toText(summary: Summary): string {
  if (isEmpty(summary)) return "nothing to do";
  const sections = headings
    .filter(([key]) => summary[key].length > 0)
    .map(([key, title]) => [`${title}:`, ...summary[key].map((change) => `  ${line(change)}`)].join("\n"));
  return [...summary.errors.map((error) => `error: ${error}`), ...sections].join("\n");
}

/** GitHub cuts a comment at 65,536 characters; the detail is cut first, never the summary. */
const commentLimit = 60_000;

/** A pull-request comment: risks first and open, everything else folded. */
export function toComment(summary: Summary, stack: string, detail: string): string {
  const marker = `<!-- horizon-preview ${stack} -->`;
  const title = `### Preview of \`${stack}\`: ${counts(summary)}`;
  const open: (keyof Omit<Summary, "errors">)[] = ["dataAtRisk", "deleted", "replaced", "images"];
  const sections = headings.map(([key, name]) => section(summary[key], name, open.includes(key)));
  const errors = summary.errors.map((error) => `> [!CAUTION]\n> ${error.replaceAll("\n", "\n> ")}\n`);
  const head = [marker, title, "", ...errors, ...sections].filter((part) => part !== undefined).join("\n");
  const room = Math.max(0, commentLimit - head.length);
  const cut = detail.length > room ? `${detail.slice(0, room)}\n… cut; the whole is in the job's log` : detail;
  return `${head}\n<details><summary>All of it</summary>\n\n\`\`\`\n${cut.replaceAll("```", "'''")}\n\`\`\`\n</details>\n`;
}

function counts(summary: Summary): string {
  if (summary.errors.length > 0) return "fails";
  const parts = (["deleted", "replaced", "updated", "created"] as const)
    .filter((key) => summary[key].length > 0)
    .map((key) => `${summary[key].length} ${key}`);
  return parts.length === 0 ? "nothing to do" : parts.join(", ");
}

function section(changes: Change[], title: string, open: boolean): string | undefined {
  if (changes.length === 0) return undefined;
  const list = changes.map((change) => `- ${line(change)}`).join("\n");
  if (title === "Data at risk") return `> [!WARNING]\n> **${title}**\n${list.replaceAll(/^/gm, "> ")}\n`;
  return open
    ? `**${title}**\n\n${list}\n`
    : `<details><summary>${title}: ${changes.length}</summary>\n\n${list}\n</details>\n`;
}

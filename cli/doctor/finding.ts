/** What `doctor` says of one thing. */
import { MachineUnfit } from "../errors.ts";

export type State = "fine" | "degraded" | "missing";

export interface Finding {
  check: string;
  state: State;
  /** What was found, with units. */
  found: string;
  /** Degraded: what follows from it. Missing: how to get it. Fine: empty. */
  advice: string;
}

export const fine = (check: string, found: string): Finding => ({ check, state: "fine", found, advice: "" });

export const degraded = (check: string, found: string, follows: string): Finding => ({
  check,
  state: "degraded",
  found,
  advice: follows,
});

export const missing = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: "missing",
  found,
  advice: remedy,
});

/** A plain table with aligned columns; the state is coloured where `paint` colours. */
export function table(findings: Finding[], paint: (state: State, text: string) => string = (_, text) => text): string {
  const rows = findings.map(({ check, state, found, advice }) => [check, state, found, advice]);
  const header = ["check", "state", "found", "what follows, or how to get it"];
  const widths = header.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  const body = rows.map((row, i) => {
    const state = findings[i]?.state ?? "fine";
    const text = line(row);
    return text.replace(state.padEnd(widths[1] ?? 0), paint(state, state.padEnd(widths[1] ?? 0)));
  });
  return [line(header), ...body].join("\n");
}

/** Stops the command with everything that is missing. */
export function refuseMissing(findings: Finding[]): void {
  const lacking = findings.filter(({ state }) => state === "missing");
  const problems = lacking.map(({ check, found, advice }) => ({
    where: check,
    what: "the stack can't run as things are",
    given: found,
    allowed: "what `horizon doctor` calls fine or degraded",
    remedy: advice,
  }));
  const [first, ...others] = problems;
  if (first !== undefined) throw new MachineUnfit(first, ...others);
}

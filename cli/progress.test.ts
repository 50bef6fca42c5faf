import { expect, test } from "vitest";
import { reporter } from "./progress.ts";

function reported(isTerminal: boolean, reports: [at: number, text: string, kind?: "done"][]): string[] {
  const written: string[] = [];
  let clock = 0;
  const report = reporter(
    (text) => written.push(text),
    isTerminal,
    () => clock,
  );
  for (const [at, text, kind] of reports) {
    clock = at;
    report(text, kind);
  }
  return written;
}

const everySecond = Array.from({ length: 40 }, (_, s) => [s * 1000, `waiting ${s} s`] as [number, string]);

test("a terminal sees every change", () => {
  expect(reported(true, everySecond)).toHaveLength(40);
  expect(
    reported(true, [
      [0, "same"],
      [1, "same"],
    ]),
  ).toEqual(["same"]);
});

test("a file gets what is waited for now and then, and all that is done", () => {
  expect(reported(false, everySecond)).toEqual(["waiting 0 s", "waiting 15 s", "waiting 30 s"]);
  const done = [
    [0, "waiting"],
    [1, "one", "done"],
    [2, "two", "done"],
    [3, "waiting again"],
  ] as [number, string, "done"?][];
  expect(reported(false, done)).toEqual(["waiting", "one", "two"]);
});

import { expect, it } from "vitest";
import { Headway } from "./headway.ts";

const progress = (committed: number): string =>
  `{"progress":{"session":"s","frames":250,"committed_seq":${committed}}}`;

it("is over three minutes after the last that was committed, also when nothing ever was", () => {
  const never = new Headway(1000);
  expect([never.isOver(181_000), never.isOver(181_001)]).toEqual([false, true]);
  const once = new Headway(0);
  once.saw(progress(0), 100_000);
  expect([once.isOver(280_000), once.isOver(280_001)]).toEqual([false, true]);
});

it("isn't made by what was committed before, nor by other words", () => {
  const again = new Headway(0);
  again.saw(progress(500), 1000);
  for (const line of [progress(250), progress(500), "the cluster does not answer"]) again.saw(line, 100_000);
  expect(again.isOver(181_001)).toBe(true);
  again.saw(progress(501), 181_000);
  expect(again.isOver(181_001)).toBe(false);
});

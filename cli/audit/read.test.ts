import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseExact } from "./history.ts";
import { parseHistory, readHistory } from "./read.ts";

const line = (value: object): string => JSON.stringify(value);

describe("parseExact", () => {
  it("keeps integers beyond 2^53", () => {
    expect(parseExact('{"seq":9223372036854775807}')).toEqual({ seq: 9223372036854775807n });
  });
});

describe("parseHistory", () => {
  const dump = [
    line({ settled: { signals: 3, orders: 5, fills: 7 } }),
    line({ table: "decisions", signal: "s/1/1", offset: "2", verdict: "approved", orders: ["s/1/1"] }),
    line({ table: "positions", account: "maker", symbol: "SIM", qty: "-170141183460469231731687303715884105728" }),
    line({ table: "offsets", topic: "fills", next: "12" }),
    line({ table: "pruned", below: "1" }),
    line({ topic: "signals", offset: 2, value: '{"v":1,"id":"s/1/1"}' }),
    line({ topic: "fills", offset: 4, value: "not json" }),
    line({ topic: "fills", offset: 5, value: "17" }),
    line({ expired: { "md.book": 8, signals: 2 } }),
    line({ complete: true }),
  ];

  it("sorts lines into the history", () => {
    const history = parseHistory(dump.join("\n"));
    expect(history.settled).toEqual({ signals: 3n, orders: 5n });
    expect(history.decisions.map(({ offset, orders }) => [offset, orders])).toEqual([[2n, ["s/1/1"]]]);
    expect([history.signalsFrom, history.decisionsFrom]).toEqual([2n, 1n]);
    expect(history.positions[0]?.qty).toBe(-(2n ** 127n));
    expect(history.positionsUpTo).toBe(12n);
    expect(history.signals).toEqual([{ offset: 2n, message: { v: 1n, id: "s/1/1" } }]);
  });

  it("counts what is no message and leaves it out", () => {
    expect(parseHistory(dump.join("\n"))).toMatchObject({ unreadable: 2, fills: [] });
  });

  it("refuses a dump that was cut short", () => {
    expect(() => parseHistory(dump.slice(0, -1).join("\n"))).toThrow("before its last line");
  });
});

describe("readHistory", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());
  const whole = { code: 0, stdout: line({ complete: true }), stderr: "" };
  const refused = { code: 1, stdout: "", stderr: "starting\nno route to postgres\n" };

  it("asks again while a server is away, and says which answer it got", async () => {
    const answers = [refused, whole];
    const said: string[] = [];
    const run = async () => answers.shift() ?? whole;
    await readHistory({ run }, "dev", "the.log", (text) => void said.push(text));
    expect(said).toEqual(["the provisioner, kafka and postgres to answer: no route to postgres"]);
    expect(answers).toEqual([]);
  });

  it("gives up after a minute, with the last answer", async () => {
    const run = async () => {
      vi.setSystemTime(Date.now() + 61_000);
      return refused;
    };
    const failed = readHistory({ run }, "dev", "the.log", () => undefined);
    await expect(failed).rejects.toThrow(/tried for 60 s[\s\S]*no route to postgres[\s\S]*the\.log/);
  });
});

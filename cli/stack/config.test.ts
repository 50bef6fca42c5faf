import { expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../infra/config.ts";
import { valuesIn } from "./config.ts";

const read = (text: string) => valuesIn(parse(text) as Record<string, unknown>);

it("a value is the same as a person and as Pulumi writes it", () => {
  const person = read("cipherhorizon:protect: true\ncipherhorizon:engine:\n  maxOpenOrders: 5\nother:key: 1\n");
  const pulumi = read('cipherhorizon:protect: "true"\ncipherhorizon:engine:\n  maxOpenOrders: 5\nother:key: "1"\n');
  expect(person).toEqual({ protect: true, engine: { maxOpenOrders: 5 } });
  expect(pulumi).toEqual(person);
});

it("an encrypted value is stood in for, a text stays one", () => {
  const values = read("cipherhorizon:logLevel: debug\ncipherhorizon:alertmanager:\n  webhook:\n    secure: v1:x\n");
  expect(parseConfig(values)).toMatchObject({ logLevel: "debug", alertmanager: { webhook: "https://secret.invalid" } });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { toYaml } from "./yaml.ts";

test.each(["off", "yes", "n", "0777", "1_000", "12:30", "0x1f", "~", "1e3", ".5", "2026-01-01"])(
  "%s stays text for a reader of YAML 1.1, as kubectl is",
  (text) => {
    const [document] = parseAllDocuments(toYaml([{ value: text }]), { version: "1.1" });
    expect(document?.toJS()).toEqual({ value: text });
  },
);

test("whatever is written is read back, and in the order of its keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (record) => {
      const [document] = parseAllDocuments(toYaml([{ record }]), { version: "1.1" });
      expect(document?.toJS()).toEqual({ record: { ...record } });
    }),
  );
});

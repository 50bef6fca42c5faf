import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { inShapeOf } from "./shape.ts";
import type { Fields } from "./values.ts";

describe("a live object in the shape of its inputs", () => {
  it("loses what others added and keeps what they changed", () => {
    const inputs = {
      spec: { replicas: 3, template: { spec: { containers: [{ name: "a", ports: [{ containerPort: 1 }] }] } } },
    };
    const live = {
      spec: {
        replicas: 5,
        strategy: { type: "RollingUpdate" },
        template: {
          spec: {
            restartPolicy: "Always",
            containers: [
              { name: "sidecar", image: "s" },
              { name: "a", image: "x", ports: [{ containerPort: 1, protocol: "TCP" }] },
            ],
          },
        },
      },
      status: { replicas: 5 },
    };
    expect(inShapeOf(inputs, live)).toEqual({
      spec: { replicas: 5, template: { spec: { containers: [{ name: "a", ports: [{ containerPort: 1 }] }] } } },
    });
  });

  it("keeps additions to lists whose elements have no name, and misses what is gone", () => {
    const inputs = { rules: [{ verbs: ["get"] }], ports: [{ port: 1 }, { port: 2 }] };
    const live = { rules: [{ verbs: ["get", "list"] }, { verbs: ["delete"] }], ports: [{ port: 2, protocol: "TCP" }] };
    expect(inShapeOf(inputs, live)).toEqual({
      rules: [{ verbs: ["get", "list"] }, { verbs: ["delete"] }],
      ports: [{ port: 2 }],
    });
  });

  it("has a Secret's stringData, which only its data tell", () => {
    const live = { kind: "Secret", data: { user: "dQ==", other: "b3RoZXI=" } };
    expect(inShapeOf({ kind: "Secret", stringData: { user: "x" } }, live)).toEqual({
      kind: "Secret",
      stringData: { user: "u" },
    });
  });

  it("equals the inputs where a server only adds", () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    const container = fc.record({ name: word, image: word });
    const containers = fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(containers, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (given, order) => {
        const added = given.map((item) => ({ ...item, imagePullPolicy: "Always" }));
        const live = { spec: { containers: order.flatMap((index) => added[index] ?? []), extra: {} }, status: {} };
        const inputs: Fields = { spec: { containers: given } };
        expect(compare(inShapeOf(inputs, live as Fields), inputs)).toEqual([]);
      }),
    );
  });
});

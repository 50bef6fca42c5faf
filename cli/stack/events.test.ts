import { describe, expect, it } from "vitest";
import { describe as describeUrn, emptyDeployment, reduce, summary, waitingFor } from "./events.ts";

const urn = "urn:pulumi:dev::cipherhorizon::trading:components:Kafka$docker:index/container:Container::kafka";
const metadata = { op: "create", urn, type: "docker:index/container:Container" };

describe("events", () => {
  it("names a resource for people", () => {
    expect(describeUrn(urn)).toBe("container kafka");
    expect(describeUrn("urn:pulumi:dev::p::docker:index/remoteImage:RemoteImage::engine.image")).toBe(
      "remote image engine.image",
    );
  });

  it("follows a step from its begin to its end", () => {
    const state = emptyDeployment();
    expect(reduce(state, { resourcePreEvent: { metadata } }, 1000)).toBeUndefined();
    expect(waitingFor(state, 13_000)).toBe("container kafka 12 s");
    expect(reduce(state, { resOutputsEvent: { metadata } }, 14_500)).toBe("create container kafka (13.5 s)");
    expect(waitingFor(state, 15_000)).toBe("");
    expect(state.done).toEqual([{ urn, op: "create", seconds: 13.5 }]);
  });

  it("tells a failed step and does not count it as done", () => {
    const state = emptyDeployment();
    reduce(state, { resourcePreEvent: { metadata } }, 0);
    expect(reduce(state, { resOpFailedEvent: { metadata } }, 2000)).toBe("FAILED create container kafka (2.0 s)");
    expect(state.done).toEqual([]);
  });

  it("shows the four longest-running and counts the others", () => {
    const state = emptyDeployment();
    for (let i = 0; i < 6; i += 1) {
      reduce(state, { resourcePreEvent: { metadata: { ...metadata, urn: `${urn}-${i}` } } }, i * 1000);
    }
    expect(waitingFor(state, 10_000)).toBe(
      "container kafka-0 10 s, container kafka-1 9 s, container kafka-2 8 s, container kafka-3 7 s and 2 more",
    );
  });

  it("is silent about groups and about what stays the same", () => {
    const state = emptyDeployment();
    reduce(state, { resourcePreEvent: { metadata: { ...metadata, op: "same" } } }, 0);
    reduce(state, { resourcePreEvent: { metadata: { ...metadata, type: "trading:components:Kafka" } } }, 0);
    expect(state.active.size).toBe(0);
  });

  it("keeps errors once, without colour codes and with their resource", () => {
    const state = emptyDeployment();
    const diagnosticEvent = { urn, message: "<{%reset%}>no such image<{%reset%}>\n", severity: "error" };
    reduce(state, { diagnosticEvent }, 0);
    reduce(state, { diagnosticEvent }, 0);
    reduce(state, { diagnosticEvent: { ...diagnosticEvent, ephemeral: true, message: "spinner" } }, 0);
    expect(state.errors).toEqual(["container kafka: no such image"]);
  });

  it("keeps policy violations with their level", () => {
    const state = emptyDeployment();
    reduce(
      state,
      {
        policyEvent: {
          resourceUrn: urn,
          message: "user is root",
          policyName: "non-root-user",
          enforcementLevel: "mandatory",
        },
      },
      0,
    );
    expect(state.violations).toEqual([
      { rule: "non-root-user", resource: "container kafka", message: "user is root", mandatory: true },
    ]);
  });

  it("sums up", () => {
    expect(summary({ create: 3, same: 12, replace: 1 })).toBe("3 created, 1 replaced");
    expect(summary({ same: 40 })).toBe("nothing to do");
    expect(summary(undefined)).toBe("nothing to do");
  });
});

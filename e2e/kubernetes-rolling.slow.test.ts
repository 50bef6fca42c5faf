/** Rolling every workload, and losing the API server, on the lab under load. As root; run by `horizon test lab`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE } from "../lab/lab.ts";
import { pidOf } from "../lab/process.ts";
import { kubectl, lab, namespace } from "./cluster.ts";
import { horizon, horizonOk } from "./horizon.ts";
import { prod, prodTried, stackUp } from "./prod.ts";
import { underLoad } from "./under-load.ts";

const scratch = mkdtempSync(join(tmpdir(), "horizon-rolling-"));
let authority = "";

beforeAll(async () => {
  ({ authority } = await stackUp());
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(scratch, { recursive: true });
}, 400_000);

async function rollAll(): Promise<void> {
  const kinds = "deployments.apps,statefulsets.apps";
  const controllers = (await kubectl(["get", kinds, "--namespace", namespace, "--output", "name"])).trim().split("\n");
  expect(controllers.length).toBeGreaterThan(10);
  for (const controller of controllers) {
    await kubectl(["rollout", "restart", controller, "--namespace", namespace]);
    const status = ["rollout", "status", controller, "--namespace", namespace, "--timeout=300s"];
    await kubectl(status, { timeout: 310_000 });
  }
}

describe("under load", () => {
  it("every workload rolled one by one: nothing lost or doubled, and the entrance fails nobody", async () => {
    await underLoad("rolling", { scratch, frames: 90_000, authority, node: NODE, run: rollAll });
    expect((await prod(["preview"])).trim()).toBe("nothing to do");
  }, 3_600_000);

  it("the API server killed: the stack goes on, the tool says so, and both go on when it is back", async () => {
    const run = async (): Promise<void> => {
      process.kill(pidOf(lab, "kube-apiserver") ?? Number.NaN, "SIGKILL");
      for (const command of [["up"], ["status"]]) {
        const { code, stderr } = await prodTried(command);
        expect(code, command[0]).not.toBe(0);
        for (const part of ["cluster does not answer", "given:", "allowed:", "remedy:", "horizon lab up"])
          expect(stderr, command[0]).toContain(part);
      }
      await horizonOk(["lab", "up"]);
      await prod(["up"]);
    };
    await underLoad("API server", { scratch, frames: 30_000, authority, node: NODE, run });
    expect((await prod(["preview"])).trim()).toBe("nothing to do");
  }, 3_600_000);
});

/**
 * The whole stack on the real engine, in the order in which a user would meet it. One file on purpose: the steps build on each
 * other, and bringing the stack up is the dear part.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../cli/process.ts";
import { boards, panelQueries } from "../components/dashboards/dashboards.ts";
import { type Capture, madeCapture, realCapture } from "./capture.ts";
import { changes } from "./changes.ts";
import { root } from "./checkout.ts";
import { faults } from "./faults.ts";
import { broken } from "./hardening.ts";
import { docker, horizon, horizonOk, inspectAll, inspectRunning, inventory, nameOf, stack } from "./horizon.ts";
import { interruptions, killedUp } from "./interruptions.ts";
import { get, Prometheus } from "./prometheus.ts";
import { filesBelow, generatedSecrets, leaksIn, leaksInLayers, processTexts, readQuietly } from "./secrets.ts";
import { eventually } from "./wait.ts";

interface Outputs {
  urls: Record<string, string>;
  authority: string;
  needs: Record<string, string[]>;
  images: Record<string, string>;
}

const scratch = mkdtempSync(join(tmpdir(), "horizon-e2e-"));
let outputs: Outputs;
let shell: NodeJS.ProcessEnv;

beforeAll(async () => {
  await horizon(["down"]);
  await horizonOk(["up"], { timeout: 1_800_000 });
  outputs = JSON.parse(await horizonOk(["outputs", "--json"])) as Outputs;
  shell = { ...process.env, ...exportsOf(await horizonOk(["env"])) };
}, 1_900_000);

afterAll(async () => {
  await horizon(["down"]);
  rmSync(scratch, { recursive: true });
}, 600_000);

const exportsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, key, value]) => [key ?? "", value ?? ""]));

const pulumi = (args: string[]): ReturnType<typeof run> =>
  run("pulumi", [...args, "--stack", stack, "--non-interactive"], { cwd: root, env: shell, timeout: 300_000 });

describe("after up", () => {
  it("every container is healthy", async () => {
    const states = (await inspectRunning()).map((container) => [nameOf(container), container.State.Health?.Status]);
    expect(states.length).toBeGreaterThanOrEqual(13);
    expect(states.filter(([, health]) => health !== "healthy")).toEqual([]);
  });

  it("every container is confined, as the engine says", async () => {
    const faults = (await inspectAll()).map((container) => [nameOf(container), broken(container)] as const);
    expect(faults.filter(([, rules]) => rules.length > 0)).toEqual([]);
  });

  it("the limits add up to at most 4 GiB", async () => {
    const limits = (await inspectRunning()).map(({ HostConfig }) => HostConfig.Memory);
    expect(limits.reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(4 * 1024 ** 3);
  });

  it("the outputs name what runs", async () => {
    const names = (await inspectRunning()).map(nameOf).sort();
    expect(Object.keys(outputs.needs).sort()).toEqual(names);
  });
});

describe("nothing to do", () => {
  it("a second preview is empty, with plain pulumi and the policy pack", async () => {
    const done = await pulumi(["preview", "--expect-no-changes", "--policy-pack", "policies"]);
    expect(done.code, done.stdout + done.stderr).toBe(0);
  });

  it("a refresh finds no drift and the preview after it is empty", async () => {
    const refreshed = await pulumi(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect(refreshed.code, refreshed.stdout + refreshed.stderr).toBe(0);
    const done = await pulumi(["preview", "--expect-no-changes"]);
    expect(done.code, done.stdout + done.stderr).toBe(0);
  });

  it("a second up replaces no container", async () => {
    const before = (await inspectRunning()).map(({ Id }) => Id).sort();
    await horizonOk(["up"]);
    expect((await inspectRunning()).map(({ Id }) => Id).sort()).toEqual(before);
  });
});

describe("the feed", () => {
  const damage = ["", "x", "17", "1 {", '1700000000000000000 {"data":{"e":"trade","p":"NaN"}}'];
  // What the exchange sends of trades outside the book: no price, no quantity.
  const outside =
    '1700000000000000000 {"stream":"madeusdt@trade","data":{"e":"trade","E":1700000000000,"T":1700000000000,"s":"MADEUSDT","t":1,"p":"0","q":"0","X":"NA","m":true}}';
  const damaged = madeCapture(scratch, 40_000, "usdm", [...damage, outside]);
  const whole = ["signals", "orders", "fills"] as const;
  const captures: [string, Capture | undefined, readonly (typeof whole)[number][]][] = [
    ["a made capture with damaged frames", { ...damaged, trade: damaged.trade + 1 }, whole],
    // Too short for a price to come back to a resting order with any certainty.
    ["a coin-margined capture", madeCapture(scratch, 3000, "coinm"), ["signals", "orders"]],
    ["a spot capture", madeCapture(scratch, 3000, "spot"), ["signals", "orders"]],
    ["a real capture", realCapture(), whole],
  ];

  it.each(captures.filter(([, capture]) => capture !== undefined))(
    "%s goes through the whole stack, and the audit passes",
    async (_, capture, kinds) => {
      const before = JSON.parse(await horizonOk(["audit", "--json"])) as {
        signals: number;
        orders: number;
        fills: number;
      };
      const { replay, audit } = JSON.parse(
        await horizonOk(["replay", capture?.file ?? "", "--json"], { timeout: 900_000 }),
      ) as {
        replay: { frames: Record<string, number> };
        audit: { signals: number; orders: number; fills: number; violations: unknown[] };
      };
      const { file: _file, ...counts } = capture as Capture;
      expect(replay.frames).toMatchObject(counts);
      expect(audit.violations).toEqual([]);
      for (const kind of kinds) expect(audit[kind], kind).toBeGreaterThan(before[kind]);
    },
    1_000_000,
  );

  it("a missing capture is refused in four parts and changes nothing", async () => {
    const { code, stderr } = await horizon(["replay", join(scratch, "none.gz")]);
    expect(code).toBe(2);
    for (const part of ["given:", "allowed:", "remedy:"]) expect(stderr).toContain(part);
  });
});

describe("what an operator sees", () => {
  const prometheus = (): Prometheus => new Prometheus(outputs.urls["prometheus"] ?? "", outputs.authority);

  it("every target is scraped", async () => {
    await eventually("all targets up", async () => {
      const down = (await prometheus().targets()).filter(({ health }) => health !== "up");
      if (down.length > 0)
        throw new Error(down.map(({ labels, lastError }) => `${labels["job"]}: ${lastError}`).join("; "));
      return true;
    });
  });

  it("every rule evaluates", async () => {
    const rules = await prometheus().rules();
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ health }) => health === "err")).toEqual([]);
  });

  it("every query of every panel returns data", async () => {
    const empty = await eventually(
      "data for every panel",
      async () => {
        const asked = await Promise.all(
          panelQueries.map(async (query) => [query, await prometheus().query(query.expr)] as const),
        );
        const without = asked.filter(([, samples]) => samples.length === 0).map(([query]) => query.expr);
        if (without.length > 0) throw new Error(`no data for ${without.length}: ${without.join(" ;; ")}`);
        return without;
      },
      180_000,
    );
    expect(empty).toEqual([]);
  }, 200_000);

  it("every dashboard has a page that shows numbers", async () => {
    // With Grafana, its own health says so; without it, Prometheus makes the pages from templates that may not even parse.
    for (const { id, title } of boards) {
      const page = new URL(outputs.urls["dashboards"] ?? "");
      if (page.pathname.includes("/consoles/")) page.pathname = page.pathname.replace(/[^/]*$/, `${id}.html`);
      const { status, body } = await get(page.href, outputs.authority);
      expect(status, page.href).toBe(200);
      if (page.pathname.includes("/consoles/")) expect(body).toContain(`<h1>${title}</h1>`);
      expect(body, page.href).not.toContain(">no data<");
    }
  });

  it("the gateway answers with a certificate of the stack's own authority", async () => {
    const answer = await get(`${outputs.urls["api"]}book/MADEUSDT`, outputs.authority);
    expect(answer.status).toBe(200);
    await expect(get(`${outputs.urls["api"]}book/MADEUSDT`, "")).rejects.toThrow(/certificate/);
  });
});

describe("secrets", () => {
  it("stand nowhere in the clear", async () => {
    const exported = await pulumi(["stack", "export", "--show-secrets"]);
    const secrets = generatedSecrets(exported.stdout);
    expect(secrets.length).toBeGreaterThan(10);
    const state = shell["PULUMI_BACKEND_URL"]?.replace("file://", "") ?? "";
    const logs = join(state, "..", "..", "..", "logs");
    const ids = (await inspectAll()).map(({ Id }) => Id);
    const images = [...new Set(Object.values(outputs.images))];
    const places: Record<string, () => Promise<string> | string> = {
      "docker inspect": () => docker(["inspect", ...ids]),
      "image history and configuration": async () =>
        (await docker(["image", "inspect", ...images])) +
        (await Promise.all(images.map((id) => docker(["history", "--no-trunc", id])))).join(""),
      "container logs": async () =>
        (
          await Promise.all(
            ids.map(async (id) => {
              const { stdout, stderr } = await run("docker", ["logs", id], { timeout: 60_000 });
              return stdout + stderr;
            }),
          )
        ).join(""),
      processes: () => processTexts(),
    };
    // One by one: the logs of a year are more than one text can hold.
    const files = [state, logs].flatMap(filesBelow);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(leaksIn(readQuietly(file), secrets), file).toBe(0);
    for (const [place, text] of Object.entries(places)) expect(leaksIn(await text(), secrets), place).toBe(0);
    expect(await leaksInLayers(images, secrets), "image layers").toBe(0);
  });
});

describe("a change", () => changes());

describe("an interruption of up", () => interruptions());

describe("faults", () => faults(() => realCapture() ?? madeCapture(scratch, 60_000)));

describe("down", () => {
  it("leaves nothing, not even of an up that was killed half-way", async () => {
    await horizonOk(["down", "--keep-data"]);
    await killedUp(6);
    await horizonOk(["down"]);
    expect(await inventory()).toEqual({ containers: [], volumes: [], networks: [], images: [] });
  });
});

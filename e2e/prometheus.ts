/** Asks the running Prometheus, through its own tool inside its container, so that no port need be open. */
import { request } from "node:https";

export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

/** GET through the gateway; its certificate is from the stack's own authority, which the caller passes. */
export function get(url: string, authority: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ca: authority, timeout: 10_000 }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.on("timeout", () => call.destroy(new Error(`${url}: no answer within 10 s`)));
    call.on("error", reject);
    call.end();
  });
}

export class Prometheus {
  private readonly base: string;
  private readonly authority: string;

  constructor(base: string, authority: string) {
    this.base = base;
    this.authority = authority;
  }

  private async ask<T>(path: string): Promise<T> {
    const { status, body } = await get(`${this.base}${path}`, this.authority);
    if (status !== 200) throw new Error(`${path}: HTTP ${status}: ${body.slice(0, 300)}`);
    return (JSON.parse(body) as { data: T }).data;
  }

  query = async (expression: string): Promise<Sample[]> =>
    (await this.ask<{ result: Sample[] }>(`api/v1/query?query=${encodeURIComponent(expression)}`)).result;

  targets = async (): Promise<{ labels: Record<string, string>; health: string; lastError: string }[]> =>
    (
      await this.ask<{ activeTargets: { labels: Record<string, string>; health: string; lastError: string }[] }>(
        "api/v1/targets",
      )
    ).activeTargets;

  rules = async (): Promise<{ name: string; health: string; state?: string }[]> =>
    (
      await this.ask<{ groups: { rules: { name: string; health: string; state?: string }[] }[] }>("api/v1/rules")
    ).groups.flatMap(({ rules }) => rules);
}

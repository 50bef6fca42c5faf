/** The topics, each with one partition: its order is the order of the system. */
import { milliseconds, type Retention } from "../../infra/units.ts";
import type { Topic } from "./declaration.ts";

const forever = { "retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete" };

/** Market data and signals can be had again; orders are the engine's journal and fills its word, so both stay. */
export function topics(marketData: Retention): Topic[] {
  const passing = { "retention.ms": String(milliseconds(marketData)), "cleanup.policy": "delete" };
  const topic = (name: string, config: Record<string, string>): Topic => ({ name, partitions: 1, config });
  return [
    topic("md.book", passing),
    topic("md.trade", passing),
    topic("signals", passing),
    topic("orders", forever),
    topic("fills", forever),
  ];
}

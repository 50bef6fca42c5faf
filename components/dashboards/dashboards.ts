/** All dashboards, as Grafana's files and as the list of their queries. */
import { engine } from "./engine.ts";
import { flow } from "./flow.ts";
import { marketData } from "./market-data.ts";
import { type Board, queriesOf, toDashboard } from "./panel.ts";
import { provisioner } from "./provisioner.ts";
import { riskManagement } from "./risk-management.ts";
import { servers, withoutKafka } from "./servers.ts";
import { tradingSignal } from "./trading-signal.ts";

export const boards: Board[] = [flow, marketData, tradingSignal, riskManagement, engine, provisioner, servers];

/** Without the panels of a server whose metrics somebody else has. */
export function boardsWith({ kafka }: { kafka: boolean }): Board[] {
  return kafka ? boards : boards.map((board) => (board === servers ? withoutKafka : board));
}

/** File name to content. */
export function dashboardFiles(shown: readonly Board[] = boards): Record<string, string> {
  return Object.fromEntries(shown.map((board) => [`${board.id}.json`, JSON.stringify(toDashboard(board), null, 2)]));
}

export const panelQueries = boards.flatMap(queriesOf);

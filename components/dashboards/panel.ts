/** The few kinds of panel that our dashboards are made of. Every query goes through here, so all of them can be listed. */

import { type Dashboard, DashboardBuilder, RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { dataSourceId } from "../grafana/provisioning.ts";

export interface Query {
  expr: string;
  /** Grafana's legend template, e.g. `{{topic}}`. */
  legend: string;
}

export interface Panel {
  title: string;
  kind: "graph" | "number";
  /** Grafana's unit id: `short`, `ops`, `s`, `bytes`. */
  unit: string;
  queries: Query[];
  /** Reading it right; shown on hover. */
  note?: string;
}

export interface Board {
  /** Contract: links and bookmarks use it. */
  id: string;
  title: string;
  rows: Record<string, Panel[]>;
}

const source = { type: "prometheus", uid: dataSourceId };
/** Grafana's grid is 24 wide: two graphs or four numbers side by side. */
const width = { graph: 12, number: 6 } as const;
const height = { graph: 8, number: 4 } as const;

const targets = ({ queries }: Panel) =>
  queries.map(({ expr, legend }, index) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expr)
      .legendFormat(legend)
      .range(),
  );

function toPanel(panel: Panel) {
  const builder = panel.kind === "graph" ? new TimeseriesBuilder().fillOpacity(10) : new StatBuilder();
  builder.title(panel.title).unit(panel.unit).datasource(source).min(0);
  builder.span(width[panel.kind]).height(height[panel.kind]).targets(targets(panel));
  return panel.note ? builder.description(panel.note) : builder;
}

export function toDashboard({ id, title, rows }: Board): Dashboard {
  const board = new DashboardBuilder(title)
    .uid(id)
    .tags(["cipherhorizon"])
    .refresh("5s")
    .time({ from: "now-15m", to: "now" })
    .timezone("browser")
    .readonly();
  for (const [row, panels] of Object.entries(rows)) {
    board.withRow(new RowBuilder(row));
    for (const panel of panels) board.withPanel(toPanel(panel));
  }
  return board.build();
}

/** Every query of a board with where it stands, so that a test can run each against a real Prometheus. */
export function queriesOf({ id, rows }: Board): { board: string; panel: string; expr: string }[] {
  const panels = Object.values(rows).flat();
  return panels.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ board: id, panel: title, expr })));
}

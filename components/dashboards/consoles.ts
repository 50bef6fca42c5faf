/**
 * The dashboards as Prometheus' own consoles, for sites where Grafana's image can't be had: one page a board, made from the
 * same panels. They use the scripts of the classic web interface where Debian's package, which is what such a site runs, has them.
 */
import { boards } from "./dashboards.ts";
import type { Board, Panel, Query } from "./panel.ts";

const html = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("{{", "{&#123;");

/** Inside a script an opening tag or a template's braces would end the text. */
const script = (value: unknown): string =>
  JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("{{", "{\\u007b");

/** Grafana's `{{label}}` as the consoles write it. */
const legend = ({ legend }: Query): string => legend.replaceAll("{{", "[[ ").replaceAll("}}", " ]]");

/** Grafana's unit id to a console's: how an axis writes numbers, what stands behind them, and the template's formatter. */
const units: Record<string, { axis: string; behind: string; template: string }> = {
  bytes: { axis: "humanize1024", behind: "B", template: "humanize1024" },
  ops: { axis: "humanizeNoSmallPrefix", behind: "/s", template: "humanize" },
  s: { axis: "humanize", behind: "s", template: "humanize" },
  ms: { axis: "humanize", behind: "ms", template: "humanize" },
  percentunit: { axis: "humanize", behind: "", template: "humanizePercentage" },
};
const plain = { axis: "humanizeNoSmallPrefix", behind: "", template: "humanize" };

function numberPanel({ title, unit, queries, note = "" }: Panel): string {
  const { behind, template } = units[unit] ?? plain;
  const expr = JSON.stringify(queries[0]?.expr ?? "");
  const value = `{{ with query ${expr} }}{{ . | first | value | ${template} }}${html(behind)}{{ else }}no data{{ end }}`;
  return `<section class="number" title="${html(note)}"><h3>${html(title)}</h3><p>${value}</p></section>`;
}

function graphPanel({ title, unit, queries, note = "" }: Panel, id: string): string {
  const { axis, behind } = units[unit] ?? plain;
  const params = {
    expr: queries.map(({ expr }) => expr),
    name: queries.map(legend),
    min: 0,
    yUnits: behind,
    xTitle: "",
  };
  return `<section class="graph" title="${html(note)}"><h3>${html(title)}</h3><div id="${id}"></div><script>
new PromConsole.Graph(Object.assign(${script(params)}, {
  node: document.getElementById("${id}"), yAxisFormatter: PromConsole.NumberFormatter.${axis}
}));
</script></section>`;
}

const panelOf = (panel: Panel, id: string): string =>
  panel.kind === "number" ? numberPanel(panel) : graphPanel(panel, id);

const rowOf = ([title, panels]: [string, Panel[]], row: number): string =>
  `<h2>${html(title)}</h2>\n<div class="row">\n${panels.map((panel, i) => panelOf(panel, `panel-${row}-${i}`)).join("\n")}\n</div>`;

const links = (current: Board): string =>
  boards
    .map(({ id, title }) => (id === current.id ? `<b>${html(title)}</b>` : `<a href="${id}.html">${html(title)}</a>`))
    .join("\n");

/** What PromConsole.TimeControl looks for. */
const timeControl = `<div class="time">
<button id="prom_graph_duration_shrink">−</button><input id="prom_graph_duration" size="4" aria-label="duration"><button id="prom_graph_duration_grow">+</button>
<button id="prom_graph_time_back">←</button><input id="prom_graph_time_end" size="16" placeholder="until now" aria-label="end"><button id="prom_graph_time_forward">→</button>
<button id="prom_graph_refresh_button">now</button><span id="prom_graph_refresh_button_value" hidden></span><ul id="prom_graph_refresh_intervals" hidden></ul>
</div>`;

const style = `body { font: 14px sans-serif; margin: 0 1rem 2rem; color: #222; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; border-bottom: 1px solid #ccc; padding: .6rem 0; }
header h1 { font-size: 1.2rem; margin: 0; } header .time { margin-left: auto; }
h2 { font-size: 1rem; margin: 1rem 0 .4rem; } h3 { font-size: .9rem; margin: 0 0 .3rem; font-weight: normal; color: #555; }
.row { display: grid; grid-template-columns: repeat(24, 1fr); gap: .6rem; }
section { border: 1px solid #ddd; border-radius: 4px; padding: .5rem; min-width: 0; }
.number { grid-column: span 6; } .number p { font-size: 1.7rem; margin: 0; } .graph { grid-column: span 12; }
.prom_graph_table { width: 100%; } .prom_graph_link { display: none; } .rickshaw_graph { width: 100%; }
.rickshaw_legend { background: none; color: #222; padding: 0; } .rickshaw_legend .line { display: inline-block; margin-right: .8rem; }`;

const scripts = ["d3/d3.min.js", "rickshaw/rickshaw.min.js", "js/prom_console.js"];

/** One board as a console template (Go's html/template); numbers are of the moment of loading, graphs follow the time control. */
export function toConsole(board: Board): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="30">
<title>${html(board.title)} – CipherHorizon</title>
<link rel="stylesheet" href="{{ pathPrefix }}/classic/static/rickshaw/rickshaw.min.css">
<link rel="stylesheet" href="{{ pathPrefix }}/classic/static/css/prom_console.css">
<style>
${style}
</style>
<script>var PATH_PREFIX = "{{ pathPrefix }}";</script>
${scripts.map((path) => `<script src="{{ pathPrefix }}/classic/static/${path}"></script>`).join("\n")}
</head>
<body>
<header><h1>${html(board.title)}</h1>
${links(board)}
${timeControl}
</header>
${Object.entries(board.rows).map(rowOf).join("\n")}
<script>new PromConsole.TimeControl();</script>
</body>
</html>
`;
}

/** File name to content. */
export const consoleFiles = (shown: readonly Board[] = boards): Record<string, string> =>
  Object.fromEntries(shown.map((board) => [`${board.id}.html`, toConsole(board)]));

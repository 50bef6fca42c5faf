import { expect, test } from "vitest";
import { consoleFiles, toConsole } from "./consoles.ts";
import { boards } from "./dashboards.ts";
import type { Board } from "./panel.ts";

const pages = Object.entries(consoleFiles());

test("one page a board, and each leads to all others", () => {
  expect(pages.map(([file]) => file)).toEqual(boards.map(({ id }) => `${id}.html`));
  for (const [file, page] of pages)
    for (const { id } of boards) expect(page.includes(`href="${id}.html"`)).toBe(`${id}.html` !== file);
});

test.each(pages)("%s holds template actions of ours only", (_, page) => {
  const actions = [...page.matchAll(/\{\{(.*?)\}\}/gs)].map(([, action]) => action?.trim() ?? "");
  const ours = /^(pathPrefix|with query "(\\"|[^"])*"|\. \| first \| value \| humanize\w*|else|end)$/;
  expect(actions.filter((action) => !ours.test(action))).toEqual([]);
  expect(actions.filter((action) => action.startsWith("with")).length).toBe(
    actions.filter((action) => action === "end").length,
  );
});

test.each(boards)("$id shows every query and legend", (board) => {
  const page = toConsole(board);
  for (const { kind, queries } of Object.values(board.rows).flat()) {
    for (const { expr, legend } of queries) {
      expect(page).toContain(JSON.stringify(expr).replaceAll("<", "\\u003c"));
      if (kind === "graph") expect(page).toContain(legend.replaceAll("{{", "[[ ").replaceAll("}}", " ]]"));
    }
  }
});

test("a title or a query can't leave its place in the page", () => {
  const hostile = '</script><b>"{{ 1 }}';
  const board: Board = {
    id: "x",
    title: hostile,
    rows: { [hostile]: [{ title: hostile, kind: "graph", unit: "s", queries: [{ expr: hostile, legend: hostile }] }] },
  };
  const page = toConsole(board);
  expect(page).not.toContain("</script><b>");
  expect(page).not.toContain("{{ 1 }}");
});

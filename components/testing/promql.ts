/** For tests: whether Prometheus itself would parse a query, by its own grammar, and which metrics it reads. */
import { parser } from "@prometheus-io/lezer-promql";

export interface Parsed {
  /** Where the grammar gave up, if it did. */
  error?: string;
  metrics: string[];
}

export function parsePromQl(query: string): Parsed {
  let error: string | undefined;
  const metrics: string[] = [];
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) error ??= `at ${node.from}: ${query.slice(node.from, node.from + 20)}`;
      if (node.name === "Identifier" && node.matchContext(["VectorSelector"]))
        metrics.push(query.slice(node.from, node.to));
    },
  });
  return error === undefined ? { metrics } : { error, metrics };
}

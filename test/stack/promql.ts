import { parser } from '@prometheus-io/lezer-promql';

/** The names of the metrics that a PromQL expression reads. @throws Error where the expression cannot be parsed */
export function metricsIn(expression: string): readonly string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`${expression}\n${' '.repeat(from)}^ this is not PromQL`);
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector')
        names.push(expression.slice(from, to));
    },
  });
  return names;
}

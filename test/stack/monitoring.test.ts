import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway } from '../support/gateway.js';
import { metricsIn } from './promql.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALERTS = 'docker/prometheus/alerts.yaml';
const read = (path: string): Promise<string> => readFile(`${ROOT}${path}`, 'utf8');

/** What Prometheus itself adds to each target. */
const OF_PROMETHEUS = new Set(['up']);

const alertFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string(),
          labels: z.object({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.object({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const dashboardFile = z.object({
  uid: z.string(),
  templating: z.object({
    list: z.array(
      z.object({ name: z.string(), query: z.union([z.string(), z.object({ query: z.string() })]) }),
    ),
  }),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      targets: z.array(z.object({ expr: z.string() })).default([]),
    }),
  ),
});
type Alert = z.infer<typeof alertFile>['groups'][number]['rules'][number];

let alerts: readonly Alert[];
let dashboard: z.infer<typeof dashboardFile>;
/** The names of all series of a gateway: a histogram has three. */
let series: ReadonlySet<string>;
/** The names of its metrics. */
let metrics: readonly string[];
beforeAll(async () => {
  alerts = alertFile.parse(parse(await read(ALERTS))).groups.flatMap(({ rules }) => rules);
  dashboard = dashboardFile.parse(JSON.parse(await read('docker/grafana/dashboards/vitrine.json')));
  const gateway = await startTestGateway(async (db) => seedMarkets(db), {});
  const text = await gateway.metrics();
  await gateway.close();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  metrics = types.map(([, name = '']) => name);
  series = new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    ),
  );
});

const unknownIn = (expression: string): string[] =>
  metricsIn(expression).filter((name) => !series.has(name) && !OF_PROMETHEUS.has(name));

describe('the dashboard', () => {
  test('reads only metrics that a gateway has', () => {
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...dashboard.templating.list.flatMap(({ query }) =>
        typeof query === 'string'
          ? []
          : [/^label_values\((.*), \w+\)$/.exec(query.query)?.[1] ?? query.query],
      ),
    ].map((expression) => expression.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'));
    expect(expressions.length).toBeGreaterThan(30);
    expect(expressions.flatMap(unknownIn)).toEqual([]);
  });

  test('has panels that Grafana can tell apart', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the alerts', () => {
  test('read only metrics that a gateway has', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
  });

  test('link to their sections in docs/operations.md, and no section is left over', async () => {
    const text = await read('docs/operations.md');
    const sections = [...text.matchAll(/^### (Vitrine\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alerts.map(({ alert }) => alert));
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    const dashboards = new Set(dashboard.panels.map(({ title }) => title));
    const quoted = [...text.matchAll(/^### Vitrine\w+$[^]*?(?=^##)/gm)].flatMap(([section]) =>
      [...section.matchAll(/"([A-Z][^"]+)"/g)].map(([, title = '']) => title),
    );
    expect(quoted.length).toBeGreaterThan(3);
    expect(quoted.filter((title) => !dashboards.has(title))).toEqual([]);
  });

  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  if (!promtool) console.log('promtool does not check the alerts: it is not installed.');
  (promtool ? test : test.skip)('pass promtool', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', `${ROOT}${ALERTS}`]);
    expect([status, `${String(stdout)}${String(stderr)}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

test('docs/operations.md names every metric of a gateway, and no other', async () => {
  const text = await read('docs/operations.md');
  const [section = ''] = /^## Metrics$[^]*?(?=^## )/m.exec(text) ?? [];
  const named = new Set(
    [...section.matchAll(/`((?:vitrine|graphql|http)_\w+)`/g)].map(([, name = '']) => name),
  );
  const own = metrics.filter((name) => /^(vitrine|graphql|http)_/.test(name));
  expect([...named].sort()).toEqual([...own].sort());
});

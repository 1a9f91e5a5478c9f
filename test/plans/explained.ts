import { z } from 'zod';
import type { Database } from '../../src/platform/postgres.js';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Join Type'?: string | undefined;
  readonly 'Parent Relationship'?: string | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const planNode: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Join Type': z.string().optional(),
  'Parent Relationship': z.string().optional(),
  get Plans() {
    return z.array(planNode).optional();
  },
});

/** An executed statement, also one within a function or a trigger, with its plan. */
export interface Explained {
  readonly text: string;
  readonly plan: PlanNode;
}

const explained = z
  .object({ 'Query Text': z.string(), Plan: planNode })
  .transform(({ 'Query Text': text, Plan: plan }): Explained => ({ text, plan }));

const NOTICE = /^duration: [\d.]+ ms\s+plan:\n/;

/** Makes Postgres report the plan of every statement that connections of this pool execute from now on. */
export function explainAll(db: Database): { take(): Explained[] } {
  let statements: Explained[] = [];
  db.on('connect', (client) => {
    client.on('notice', ({ message }) => {
      if (message !== undefined && NOTICE.test(message))
        statements.push(explained.parse(JSON.parse(message.replace(NOTICE, ''))));
    });
    void client.query(`LOAD 'auto_explain';
      SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
      SET auto_explain.log_format = json; SET auto_explain.log_level = notice;
      SET auto_explain.log_parameter_max_length = 0`);
  });
  return {
    take() {
      const taken = statements;
      statements = [];
      return taken;
    },
  };
}

/** The tables that a plan reads completely. */
export function scannedTables(plan: PlanNode): string[] {
  const below = (plan.Plans ?? []).flatMap(scannedTables);
  const table = plan['Relation Name'];
  return plan['Node Type'] === 'Seq Scan' && table !== undefined ? [table, ...below] : below;
}

/** The tables that a plan joins with to leave out rows (NOT EXISTS). */
export function antiJoinedTables(plan: PlanNode): string[] {
  const tables = (below: PlanNode): string[] => [
    ...(below['Relation Name'] === undefined ? [] : [below['Relation Name']]),
    ...(below.Plans ?? []).flatMap(tables),
  ];
  const isAnti = plan['Join Type']?.endsWith('Anti') ?? false;
  return isAnti ? tables(plan) : (plan.Plans ?? []).flatMap(antiJoinedTables);
}

/** How often the parts of a plan read a table to join it: at most, as Postgres weighs the orders of all joins of a part. */
export function mostJoined(plan: PlanNode, table: string): number {
  let most = 0;
  const joined = (below: PlanNode): number => {
    const count =
      Number(below['Relation Name'] === table) +
      (below.Plans ?? []).reduce((sum, child) => {
        const own = joined(child);
        const isPart = ['SubPlan', 'InitPlan'].includes(child['Parent Relationship'] ?? '');
        if (isPart) most = Math.max(most, own);
        return isPart ? sum : sum + own;
      }, 0);
    return count;
  };
  return Math.max(joined(plan), most);
}

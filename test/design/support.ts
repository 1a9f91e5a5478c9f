import { z } from 'zod';
import type { DesignEngine, Drawn, Watcher } from '../../src/design/engine.js';
import type { Order } from '../../src/design/order.js';
import type { TestGateway } from '../support/gateway.js';

const designFields = `id isFinished similarity novelty image { id url width } garment { type color } prompt
  estimatedPrice { amount currencyCode } nearestProduct { handle } trust { score }`;

export const JOB = `id state progress error engine startedAt endedAt designs { ${designFields} }`;

const design = z.object({
  id: z.string(),
  isFinished: z.boolean(),
  similarity: z.number(),
  novelty: z.number().nullable(),
  image: z.object({ id: z.string(), url: z.string(), width: z.number() }),
  garment: z.object({ type: z.string(), color: z.string() }).nullable(),
  prompt: z.string().nullable(),
  estimatedPrice: z.object({ amount: z.string(), currencyCode: z.string() }).nullable(),
  nearestProduct: z.object({ handle: z.string() }).nullable(),
  trust: z.object({ score: z.number() }).nullable(),
});

export const job = z.object({
  id: z.string(),
  state: z.string(),
  progress: z.number(),
  error: z.string().nullable(),
  engine: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  designs: z.array(design),
});
export type Job = z.infer<typeof job>;

const payload = z.object({
  write: z.object({
    job: job.nullable(),
    userErrors: z.array(
      z.object({ code: z.string(), field: z.array(z.string()).nullable(), message: z.string() }),
    ),
  }),
});
export type JobAnswer = z.infer<typeof payload>['write'];

/** Orders designs; fails on errors other than user errors. */
export async function order(gateway: TestGateway, input: object, secret?: string): Promise<JobAnswer> {
  const document = `mutation ($input: DesignCreateInput!) {
    write: designCreate(input: $input) { job { ${JOB} } userErrors { code field message } }
  }`;
  return (await gateway.read(payload, document, { input }, secret)).write;
}

export async function cancel(gateway: TestGateway, id: string, secret?: string): Promise<JobAnswer> {
  const document = `mutation ($input: DesignCancelInput!) {
    write: designCancel(input: $input) { job { ${JOB} } userErrors { code field message } }
  }`;
  return (await gateway.read(payload, document, { input: { job: id } }, secret)).write;
}

export async function readJob(gateway: TestGateway, id: string, secret?: string): Promise<Job | null> {
  const document = `query ($id: ID!) { designJob(id: $id) { ${JOB} } }`;
  return (await gateway.read(z.object({ designJob: job.nullable() }), document, { id }, secret)).designJob;
}

/** An engine whose work a test does. */
export const engineOf = (
  design: (order: Order, watcher: Watcher, signal: AbortSignal) => Promise<readonly Drawn[]>,
): DesignEngine => ({ design, close: () => Promise.resolve() });

import { z } from 'zod';
import type { TestGateway } from '../support/gateway.js';

const payload = z.object({
  write: z.object({
    levels: z.array(
      z.object({
        code: z.string(),
        location: z.object({ handle: z.string() }),
        onHand: z.number().nullable(),
        held: z.number(),
        safetyStock: z.number(),
        sellable: z.number().nullable(),
      }),
    ),
    userErrors: z.array(
      z.object({ code: z.string(), field: z.array(z.string()).nullable(), message: z.string() }),
    ),
  }),
});
export type StockAnswer = z.infer<typeof payload>['write'];

const FIELDS = `{
  levels { code location { handle } onHand held safetyStock sellable }
  userErrors { code field message }
}`;
export const STOCK_SET = `mutation ($input: StockSetInput!) { write: stockSet(input: $input) ${FIELDS} }`;
export const STOCK_ADJUST = `mutation ($input: StockAdjustInput!) { write: stockAdjust(input: $input) ${FIELDS} }`;

/** Sends a stock mutation; fails on errors other than user errors. */
export async function writeStock(
  gateway: TestGateway,
  document: string,
  input: object,
  secret: string,
): Promise<StockAnswer> {
  return (await gateway.read(payload, document, { input }, secret)).write;
}

import type { FastifyRequest } from 'fastify';
import { type Budgets, spendMore } from '../budgets/budgets.js';
import { NEVER_ABORTED, payerName, type RequestFacts, type ServerContext } from '../graph/server-context.js';
import type { DecodePayer } from '../vision/decode-payer.js';
import { credentialsOf } from './authorization.js';
import { seenFrom, type Trusts } from './seen-from.js';

/** Takes points for a request that is not GraphQL; the result takes more of them. @throws ThrottledError */
export type Pay = (request: FastifyRequest, points: number) => Promise<DecodePayer>;

/** From the budget of whoever sends the request. */
export function payFrom(
  {
    createContext,
    budgets,
  }: {
    readonly createContext: (request: RequestFacts) => ServerContext | Promise<ServerContext>;
    readonly budgets: Budgets;
  },
  trusts: Trusts,
): Pay {
  return async (request, points) => {
    const { payer } = await createContext({
      requestId: request.id,
      ...seenFrom(request.raw, trusts),
      ...credentialsOf(request.raw),
      signal: NEVER_ABORTED,
    });
    await budgets.take(payer, points);
    return {
      name: payerName(payer),
      pay: (more) => spendMore(budgets, payer, more, points),
    };
  };
}

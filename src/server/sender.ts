import type { FastifyRequest } from 'fastify';
import { type Budgets, spendMore } from '../budgets/budgets.js';
import { ThrottledError } from '../errors.js';
import { NEVER_ABORTED, payerName, type RequestFacts, type ServerContext } from '../graph/server-context.js';
import type { RequestPayer } from '../platform/request-payer.js';
import { credentialsOf } from './authorization.js';
import type { Metrics } from './metrics.js';
import { seenFrom, type Trusts } from './seen-from.js';

/** Whoever sends a request that is not GraphQL. */
export interface Sender {
  /** Who takes turns with others: a key, whoever its shoppers are, or an address or IPv6 site without one. */
  readonly name: string;
  /** Takes points for the request; the result takes more of them. @throws ThrottledError */
  pay(points: number): Promise<RequestPayer>;
  /** Gives back points that were not needed. */
  giveBack(points: number): void;
}

/** @throws RequestError UNAUTHENTICATED, FORBIDDEN */
export type SenderOf = (request: FastifyRequest) => Promise<Sender>;

export function sendersWith(
  {
    createContext,
    budgets,
  }: {
    readonly createContext: (request: RequestFacts) => ServerContext | Promise<ServerContext>;
    readonly budgets: Budgets;
  },
  trusts: Trusts,
  metrics: Pick<Metrics, 'countThrottled'>,
): SenderOf {
  return async (request) => {
    const seen = seenFrom(request.raw, trusts);
    const { payer } = await createContext({
      requestId: request.id,
      ...seen,
      ...credentialsOf(request.raw),
      signal: NEVER_ABORTED,
    });
    const name = payerName(payer);
    return {
      name,
      async pay(points) {
        await budgets.take(payer, points).catch((error: unknown) => {
          if (error instanceof ThrottledError) metrics.countThrottled(payer.kind);
          throw error;
        });
        return {
          name,
          pay: (more) => spendMore(budgets, payer, more, points),
          owe: (more) => budgets.giveBack(payer, -more),
        };
      },
      giveBack: (points) => budgets.giveBack(payer, points),
    };
  };
}

import type { GraphQLSchema } from 'graphql';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Budgets, spendMore } from '../../budgets/budgets.js';
import { ThrottledError } from '../../errors.js';
import { accountName, type Payer, payerName, type ServerContext } from '../../graph/server-context.js';
import type { RequestPayer } from '../../platform/request-payer.js';
import type { Operation } from '../graphql/operation.js';
import type { Metrics } from '../metrics.js';
import { DOCUMENT_CHARS_A_POINT, REQUEST_COST } from '../limits.js';
import { EventTurns } from './event-turns.js';
import type { Returned } from './plan.js';
import { createPricing, type Price } from './pricing.js';

/** `extensions.cost` of an answer. */
export interface CostReport {
  /** Points that were taken before execution. */
  readonly requested: number;
  /** Points that it did cost: less than `requested`, or more when images were large or statements took long. */
  readonly actual: number;
  /** Points that the caller can spend now. */
  readonly available: number;
  /** Points per second. */
  readonly restoreRate: number;
}

/** The part of a context that pays: for one request, or for one event of a subscription. */
export type Paying = Pick<ServerContext, 'payer'>;

/** What a request costs before anything is known about its operation. */
export interface Arrival {
  /** Points of the body. */
  readonly body: number;
  /** Those of them that were taken before it was read. */
  readonly taken: number;
  /** Characters of a document that has to be parsed and validated; 0 when it is in memory. */
  readonly newChars: number;
}

/** Takes the points of requests from the budgets of their payers. */
export interface Charges {
  /** To be called first. @throws ThrottledError */
  arrive(context: Paying, arrival: Arrival): Promise<void>;
  /**
   * To be called before execution. `variables` are the points of reading them.
   * @throws RequestError COST_EXCEEDED, ThrottledError
   */
  charge(context: Paying, operation: Operation, variables: number): Promise<void>;
  /**
   * Takes the points of a subscription's next event, when there are enough of them, and those for reading the variables
   * again. Returns early on `signal`.
   */
  chargeEvent(context: Paying, operation: Operation, variables: number, signal: AbortSignal): Promise<void>;
  /**
   * Takes the points of an answer whose lists have so many fields that the estimate does not pay for them.
   * @throws ThrottledError when the payer has a debt
   */
  payForLists(context: object, fields: number): void;
  /** Who pays for what the operation costs beyond the estimate. */
  requestPayer(context: Paying): RequestPayer;
  /**
   * Gives back what the answer did not cost, and takes the points of its long texts. Without data, nothing was
   * executed. Of an operation that was cut off, nobody knows what it cost, and it may still be running: nothing is
   * given back.
   */
  settle(context: Paying, answer: Answered): CostReport;
}

/** What an operation returned. */
export interface Answered extends Returned {
  /** Points besides those of its fields: see AnswerBounds. */
  readonly morePoints: number;
  readonly wasCutOff: boolean;
}

interface Charge {
  arrival: number;
  /** What images, counts, and long statements cost beyond the estimate. */
  later: number;
  /** What fields of lists cost beyond the estimate, until it is known what the answer did cost. */
  lists: number;
  price: Pick<Price, 'estimate' | 'actual'> | null;
}

export function createCharges(
  schema: GraphQLSchema,
  budgets: Budgets,
  metrics: Pick<Metrics, 'observeCost' | 'countThrottled'>,
): Charges {
  const priceOf = createPricing(schema);
  const turns = new EventTurns();
  // Apollo Server copies the context, but not the payer in it, which each request has its own of.
  const charges = new WeakMap<Payer, Charge>();
  const chargeOf = ({ payer }: Paying): Charge => {
    const charge = charges.get(payer) ?? { arrival: 0, later: 0, lists: 0, price: null };
    charges.set(payer, charge);
    return charge;
  };
  const countIfThrottled = (payer: Payer, error: unknown): void => {
    if (error instanceof ThrottledError) metrics.countThrottled(payer.kind);
  };
  const take = async (payer: Payer, points: number, again?: number): Promise<void> => {
    try {
      await budgets.take(payer, points, again);
    } catch (error) {
      countIfThrottled(payer, error);
      throw error;
    }
  };
  return {
    async arrive(context, { body, taken, newChars }) {
      const arrival = REQUEST_COST + body + Math.ceil(newChars / DOCUMENT_CHARS_A_POINT);
      await take(context.payer, arrival - taken, taken);
      chargeOf(context).arrival = arrival;
    },
    async charge(context, operation, variables) {
      const price = priceOf(operation, metrics.observeCost);
      const charge = chargeOf(context);
      await take(context.payer, variables + price.estimate, charge.arrival);
      charge.arrival += variables;
      charge.price = price;
    },
    async chargeEvent(context, operation, variables, signal) {
      const price = priceOf(operation).ofEvent;
      // A shopper who has to wait for points holds up no other.
      const endTurn = await turns.take(accountName(context.payer), signal);
      try {
        while (!signal.aborted) {
          try {
            await budgets.take(context.payer, variables + price.estimate);
            const charge = chargeOf(context);
            charge.arrival = variables;
            charge.price = price;
            return;
          } catch (error) {
            if (!(error instanceof ThrottledError)) throw error;
            await sleep(error.retryAfterMs, undefined, { signal }).catch(() => undefined);
          }
        }
      } finally {
        endTurn();
      }
    },
    payForLists(context, fields) {
      if (!isPaying(context)) return;
      const { payer } = context;
      const charge = chargeOf(context);
      const points = fields - (charge.price?.estimate ?? 0) - charge.lists;
      if (charge.price === null || points <= 0) return;
      try {
        spendMore(budgets, payer, points, charge.arrival + charge.price.estimate);
      } catch (error) {
        countIfThrottled(payer, error);
        throw error;
      }
      charge.lists += points;
    },
    requestPayer(context) {
      const { payer } = context;
      return {
        name: payerName(payer),
        pay(points) {
          const charge = chargeOf(context);
          try {
            spendMore(budgets, payer, points, charge.arrival + (charge.price?.estimate ?? 0));
          } catch (error) {
            countIfThrottled(payer, error);
            throw error;
          }
          charge.later += points;
        },
        owe(points) {
          budgets.giveBack(payer, -points);
          chargeOf(context).later += points;
        },
      };
    },
    settle(context, answer) {
      const { payer } = context;
      const { arrival, later, lists, price } = chargeOf(context);
      const requested = price?.estimate ?? 0;
      const actual = actualOf(price, answer);
      const taken = requested + lists;
      if (actual !== taken) budgets.giveBack(payer, taken - actual);
      return {
        requested: arrival + requested,
        actual: arrival + actual + later,
        available: Math.floor(budgets.available(payer)),
        restoreRate: budgets.boundsOf(payer).restoreRate,
      };
    },
  };
}

function actualOf(price: Charge['price'], answer: Answered): number {
  const { data, morePoints, wasCutOff } = answer;
  if (price === null || data === undefined) return 0;
  // An error made the whole answer null: what its other fields cost is not in it.
  const fields = wasCutOff || data === null ? price.estimate : price.actual(answer);
  return Math.ceil(fields + morePoints);
}

const isPaying = (context: object): context is Paying => 'payer' in context;

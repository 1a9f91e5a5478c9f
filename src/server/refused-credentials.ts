import { type Budgets, throttled } from '../budgets/budgets.js';
import { type Payer, type RequestFacts, type ServerContext } from '../graph/server-context.js';
import { networkOf } from '../platform/client-network.js';
import { passes, toRequestError } from './errors.js';
import { REFUSED_CREDENTIALS_COST } from './limits.js';

type CreateContext<Context> = (request: RequestFacts) => Context | Promise<Context>;

/**
 * Lets a client's network pay for credentials that are refused. While it cannot, its credentials are not even looked at:
 * guessing keys must not cost the gateway more than any other request.
 *
 * The result throws what `createContext` does, and ThrottledError.
 */
export function payForRefusals<Context extends ServerContext>(
  createContext: CreateContext<Context>,
  budgets: Budgets,
): CreateContext<Context> {
  return async (facts) => {
    if (facts.authorization === null && facts.shopperToken === null) return createContext(facts);
    const payer: Payer = {
      kind: 'client',
      id: `${networkOf(facts.clientAddress)} refused`,
      pointsPerSecond: null,
    };
    const lacking = REFUSED_CREDENTIALS_COST - budgets.available(payer);
    if (lacking > 0) throw throttled(REFUSED_CREDENTIALS_COST, lacking, budgets.boundsOf(payer));
    try {
      return await createContext(facts);
    } catch (error) {
      const known = toRequestError(error);
      if (known !== null && !passes(known.code)) await budgets.take(payer, REFUSED_CREDENTIALS_COST);
      throw error;
    }
  };
}

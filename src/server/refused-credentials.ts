import { type Budgets, throttled } from '../budgets/budgets.js';
import { type Payer, RefusedError, type RequestFacts, type ServerContext } from '../graph/server-context.js';
import { networkOf } from '../platform/client-network.js';
import { Lanes } from '../platform/lanes.js';
import { passes, toRequestError } from './errors.js';
import { CREDENTIAL_CHECKS_AT_ONCE, REFUSED_CREDENTIALS_COST } from './limits.js';

type CreateContext<Context> = (request: RequestFacts) => Context | Promise<Context>;

/**
 * Lets callers pay for credentials that are refused, because guessing keys must not cost the gateway more than other
 * requests. A client's network pays before unknown credentials are looked at, and gets it back when they are accepted;
 * while it cannot pay, they are not looked at. A key that was valid a moment ago always is, so that nobody's guesses
 * keep others from using theirs; its holder pays for shopper tokens that are refused with it.
 *
 * The result throws what `createContext` does, and ThrottledError.
 */
export function payForRefusals<Context extends ServerContext>(
  createContext: CreateContext<Context>,
  budgets: Budgets,
  knowsKey: (authorization: string) => boolean,
): CreateContext<Context> {
  const lanes = new Lanes(CREDENTIAL_CHECKS_AT_ONCE);

  const withKnownKey = async (facts: RequestFacts): Promise<Context> => {
    try {
      return await createContext(facts);
    } catch (error) {
      if (error instanceof RefusedError) await budgets.take(error.payer, REFUSED_CREDENTIALS_COST);
      throw error;
    }
  };

  const withUnknown = async (facts: RequestFacts, payer: Payer): Promise<Context> => {
    await budgets.take(payer, REFUSED_CREDENTIALS_COST);
    try {
      const context = await createContext(facts);
      budgets.giveBack(payer, REFUSED_CREDENTIALS_COST);
      return context;
    } catch (error) {
      const isOfHolder = error instanceof RefusedError;
      const code = toRequestError(error)?.code;
      if (isOfHolder || code === undefined || passes(code)) budgets.giveBack(payer, REFUSED_CREDENTIALS_COST);
      if (isOfHolder) await budgets.take(error.payer, REFUSED_CREDENTIALS_COST);
      throw error;
    }
  };

  return async (facts) => {
    const { authorization, shopperToken, clientAddress } = facts;
    if (authorization === null && shopperToken === null) return createContext(facts);
    const isKnown = (): boolean => authorization !== null && knowsKey(authorization);
    if (isKnown()) return withKnownKey(facts);
    const network = networkOf(clientAddress);
    const payer: Payer = { kind: 'client', id: `${network} refused`, pointsPerSecond: null };
    const lacking = REFUSED_CREDENTIALS_COST - budgets.available(payer);
    if (lacking > 0) throw throttled(REFUSED_CREDENTIALS_COST, lacking, budgets.boundsOf(payer));
    // Another request may have shown in the meantime that the key is valid.
    return lanes.run(network, () => (isKnown() ? withKnownKey(facts) : withUnknown(facts, payer)));
  };
}

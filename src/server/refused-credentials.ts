import { type Budgets, throttled } from '../budgets/budgets.js';
import {
  clientPayer,
  type Payer,
  RefusedError,
  type RequestFacts,
  type ServerContext,
} from '../graph/server-context.js';
import { networkOf } from '../platform/client-network.js';
import { Lanes } from '../platform/lanes.js';
import { passes, toRequestError } from './errors.js';
import { CREDENTIAL_CHECKS_AT_ONCE, REFUSED_CREDENTIALS_COST } from './limits.js';

type CreateContext<Context> = (request: RequestFacts) => Context | Promise<Context>;

/**
 * Lets callers pay for credentials that are refused, because guessing keys must not cost the gateway more than other
 * requests. A client's network pays before unknown credentials are looked at, and gets it back when they are accepted;
 * while it cannot pay, they are not looked at. A key that was valid a moment ago always is, so that nobody's guesses
 * keep others from using theirs. Its holder pays for tokens and addresses of shoppers that are refused with it, and a
 * client's network for using it from an origin that it does not allow.
 *
 * The result throws what `createContext` does, and ThrottledError.
 */
export function payForRefusals<Context extends ServerContext>(
  createContext: CreateContext<Context>,
  budgets: Budgets,
  knowsKey: (authorization: string) => boolean,
): CreateContext<Context> {
  const lanes = new Lanes(CREDENTIAL_CHECKS_AT_ONCE);

  const withKnownKey = async (facts: RequestFacts, network: Payer): Promise<Context> => {
    try {
      return await createContext(facts);
    } catch (error) {
      const payer = error instanceof RefusedError ? error.payer : network;
      if (isRefusal(error)) await budgets.take(payer, REFUSED_CREDENTIALS_COST);
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
      if (isOfHolder || !isRefusal(error)) budgets.giveBack(payer, REFUSED_CREDENTIALS_COST);
      if (isOfHolder) await budgets.take(error.payer, REFUSED_CREDENTIALS_COST);
      throw error;
    }
  };

  return async (facts) => {
    const { authorization, shopperToken, shopperAddress, clientAddress } = facts;
    if (authorization === null && shopperToken === null && shopperAddress === null)
      return createContext(facts);
    const isKnown = (): boolean => authorization !== null && knowsKey(authorization);
    const network = networkOf(clientAddress);
    const payer = clientPayer(clientAddress, ' refused');
    if (isKnown()) return withKnownKey(facts, payer);
    const lacking = REFUSED_CREDENTIALS_COST - budgets.available(payer);
    if (lacking > 0) throw throttled(REFUSED_CREDENTIALS_COST, lacking, budgets.boundsOf(payer));
    // Another request may have shown in the meantime that the key is valid.
    return lanes.run(network, () => (isKnown() ? withKnownKey(facts, payer) : withUnknown(facts, payer)));
  };
}

/** Whether an error is about the credentials, and not about the gateway at this moment. */
function isRefusal(error: unknown): boolean {
  const code = toRequestError(error)?.code;
  return code !== undefined && !passes(code);
}

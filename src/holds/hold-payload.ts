import { instantiate } from '../graph/node.js';
import type { Outcome } from '../mutation/mutate.js';
import { toHold, type HoldOutcome } from './hold.store.js';
import { type Hold, HoldPayload } from './hold.types.js';

/** `otherwise` is the hold to show with user errors. */
export function holdPayload(
  { answer, userErrors }: Outcome<HoldOutcome>,
  otherwise: Hold | null = null,
): HoldPayload {
  const hold = answer !== null && 'hold' in answer ? toHold(answer.hold) : otherwise;
  return instantiate(HoldPayload, { hold, userErrors });
}

import { probability } from '../search/probability/logistic.js';
import { instantiate } from '../graph/node.js';
import type { LabelFacts } from './label-facts.store.js';
import type { LabelModel } from './label-model.js';
import { Label, type LabelKind } from './label.types.js';
import { labelFeatures, voteOnLabel } from './vote.js';
import type { Electorate } from './voters.js';

/** A label that is wrong as often as right is a guess, and guesses are not returned. */
export const MIN_CONFIDENCE = 0.5;

/**
 * The vote on a kind; null when none of them has a value. Its confidence is 0 when that kind
 * is not calibrated, because nothing can be claimed.
 */
export function labelOf(
  kind: LabelKind,
  { voters, familiar }: Electorate,
  facts: ReadonlyMap<number, LabelFacts>,
  model: LabelModel | null,
): Label | null {
  const vote = voteOnLabel(kind, voters, facts);
  if (vote === null) return null;
  const weights = model?.kinds[kind]?.weights;
  const confidence = weights === undefined ? 0 : probability(weights, labelFeatures(vote, familiar));
  return instantiate(Label, { kind, value: vote.value, confidence });
}

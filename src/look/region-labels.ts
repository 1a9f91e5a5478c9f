import DataLoader from 'dataloader';
import { RequestError } from '../errors.js';
import { readLabelFacts, type LabelFacts } from '../identify/label-facts.store.js';
import type { LabelModel } from '../identify/label-model.js';
import { labelOf } from '../identify/label-of.js';
import { LabelKind, type Label } from '../identify/label.types.js';
import type { Queryable } from '../platform/postgres.js';
import type { BodyPart } from '../vision/bodies/worn.js';
import { familiarity } from '../identify/vote.js';
import { VOTERS } from '../identify/voters.js';
import { hangsOn } from './hangs-on.js';
import type { Judged } from './judge.js';

/**
 * Labels of regions, determined as `identify` determines categories. Nothing is read before the first call, and then
 * everything at once.
 */
export class RegionLabels {
  readonly #facts: DataLoader<number, LabelFacts | null>;

  constructor(
    db: Queryable,
    private readonly model: LabelModel | null,
  ) {
    this.#facts = new DataLoader(async (productKeys) => {
      const found = await readLabelFacts(db, productKeys);
      return productKeys.map((key) => found.get(key) ?? null);
    });
  }

  /**
   * The most likely category, however unlikely. On a part of a body, only products that may hang there vote. If there
   * are none, nothing can be claimed, and the confidence is 0.
   *
   * @throws RequestError NOT_FOUND
   */
  async categoryOf(
    { nearest, more }: Pick<Judged, 'nearest' | 'more'>,
    part: BodyPart | null = null,
  ): Promise<Label> {
    const facts = new Map<number, LabelFacts>();
    const voters = part === null ? nearest : [...nearest, ...more];
    await Promise.all(
      voters.map(async ({ productId }) => {
        const known = await this.#facts.load(productId);
        if (known !== null) facts.set(productId, known);
      }),
    );
    const hanging = voters.filter(({ productId }) => part === null || mayHang(part, facts.get(productId)));
    const electorate = hanging.length > 0 ? hanging.slice(0, VOTERS) : nearest;
    const label = labelOf(
      LabelKind.CATEGORY,
      { voters: electorate, familiar: familiarity(electorate) },
      facts,
      hanging.length > 0 ? this.model : null,
    );
    if (label !== null) return label;
    throw new RequestError(
      'NOT_FOUND',
      'A product that looks like a part of the image has been deleted: try again.',
    );
  }
}

const mayHang = (part: BodyPart, facts: LabelFacts | undefined): boolean =>
  facts?.values.get(LabelKind.CATEGORY)?.some((category) => hangsOn(part, category)) ?? false;

import { useState } from 'preact/hooks';
import { toggled } from '../filter/filters.js';
import { marketOf } from '../market.js';
import { readAmount } from '../place.js';
import { t } from '../texts/texts.js';
import type { Refusal, Wishes } from './designing.js';
import { GARMENT_KINDS, type GarmentKind } from './garment-kinds.js';

const KINDS = Object.keys(GARMENT_KINDS).filter((kind): kind is GarmentKind => kind in GARMENT_KINDS);

interface WishFormProps {
  readonly channel: string;
  readonly isAsking: boolean;
  readonly refusal: Refusal | null;
  readonly order: (wishes: Wishes) => void;
}

/** What the designs must be like, and the order. */
export function WishForm({ channel, isAsking, refusal, order }: WishFormProps) {
  const [kinds, setKinds] = useState<readonly string[]>([]);
  const [price, setPrice] = useState('');
  const currency = marketOf(channel)?.currencyCode ?? '';
  return (
    <form
      class="wishes"
      onSubmit={(event) => {
        event.preventDefault();
        order({
          types: KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind) => GARMENT_KINDS[kind]),
          // Browsers allow "1e2".
          maxPrice: price === '' ? null : readAmount(String(Number(price))),
        });
      }}
    >
      <fieldset class="facet" aria-describedby="wishes-text">
        <legend>{t.value.designKinds}</legend>
        <div class="facet-values">
          {KINDS.map((kind) => (
            <button
              key={kind}
              type="button"
              class={kinds.includes(kind) ? 'chip chip-on' : 'chip'}
              aria-pressed={kinds.includes(kind)}
              onClick={() => setKinds(toggled(kinds, kind))}
            >
              {t.value.garmentKinds[kind]}
            </button>
          ))}
        </div>
        <p class="wishes-text" id="wishes-text">
          {t.value.designKindsText}
        </p>
      </fieldset>
      <div class="range">
        <label>
          {t.value.designUpTo(currency)}
          <input
            type="number"
            inputMode="decimal"
            min={0.01}
            max={999_999_999}
            step={0.01}
            value={price}
            onInput={({ currentTarget }) => setPrice(currentTarget.value)}
          />
        </label>
      </div>
      {refusal === null ? null : (
        <p class="wishes-refused" role="alert">
          {t.value.designRefused[refusal]}
        </p>
      )}
      {/* Disabled, it would lose the focus. */}
      <button class="button" type="submit" aria-disabled={isAsking}>
        {t.value.designIt}
      </button>
    </form>
  );
}

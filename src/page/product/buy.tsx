import { useEffect, useRef, useState } from 'preact/hooks';
import { toFailure } from '../api/failure.js';
import { serverNow } from '../api/server-clock.js';
import { swatchOf } from '../filter/swatch.js';
import { holdNow, holds } from '../hold/holds.js';
import { tappedPicture } from '../list/tapped.js';
import { marketOf } from '../market.js';
import type { Filters } from '../place.js';
import { narrow, place } from '../route.js';
import { duration, money, number, t, timeOf, translated } from '../texts/texts.js';
import { say } from '../ui/said.js';
import { Instead } from './instead.js';
import { canBeHeld, matching, type Product, type Sku, useOffers, valueOf } from './offers.js';

interface BuyProps {
  readonly channel: string;
  readonly product: Product;
  /** Called with the id of the picture of what is chosen; null while nothing is. */
  readonly look: (picture: string | null) => void;
}

type Choice = Readonly<Record<string, string>>;

/** Color, size, what is there of it now, and holding it. */
export function Buy({ channel, product, look }: BuyProps) {
  const { skus, soldOut } = useOffers(channel, product);
  const options = product.options ?? [];
  const [choice, setChoice] = useState<Choice>(() => firstChoice(product, place.peek().filters.options));
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isMissed, setMissed] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const missing = options.find(({ name }) => choice[name] === undefined);
  const chosen = missing === undefined ? matching(skus, choice)[0] : undefined;
  // What stock is told of: also before a size is chosen, when no size of this color is left.
  const isNoneLeft = missing !== undefined && !matching(skus, choice).some(canBeHeld);
  const meant = isNoneLeft ? matching(skus, choice)[0] : chosen;
  const shown = chosen ?? matching(skus, choice).find(canBeHeld) ?? skus[0];
  // The hold itself may have taken the last unit: what is held is neither sold out nor to be replaced.
  const held = holds.value.find(({ hold: { lines } }) =>
    lines.some(({ sku }) => sku != null && sku.id === chosen?.id),
  );
  const isHeld = held !== undefined;

  const isAnyChosen = options.some(({ name, values }) => values.length > 1 && choice[name] !== undefined);
  const picture = isAnyChosen ? (matching(skus, choice)[0]?.image?.id ?? null) : null;
  useEffect(() => look(picture), [picture]);

  /** The address has it too, so that a reload and a link show the same. */
  const decide = (next: Choice): void => {
    setChoice(next);
    setProblem(null);
    setMissed(false);
    narrow({ options: Object.fromEntries(Object.entries(next).map(([name, value]) => [name, [value]])) });
  };
  // A reload shows the color of the picture that was tapped, too.
  useEffect(() => {
    const isOfSeveral = options.some(({ name, values }) => name === 'color' && values.length > 1);
    if (isOfSeveral && tappedPicture(product.handle) !== undefined) decide(choice);
  }, []);
  const choose = (name: string, value: string): void => {
    const next = { ...choice, [name]: value };
    // A size that this color does not have is no choice any more.
    const kept = matching(skus, next).length > 0 ? next : { ...onlyChoices(product), [name]: value };
    decide(kept);
    if (options.some((option) => kept[option.name] === undefined)) return;
    // What comes next is seen, also on a phone.
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
    requestAnimationFrame(() => button.current?.scrollIntoView({ block: 'nearest', behavior }));
  };
  const hold = async (sku: Sku): Promise<void> => {
    setAsking(true);
    setProblem(null);
    try {
      const id = await holdNow(channel, sku.id, !sku.availability.sellable);
      // The button that was pressed is disabled now: keys go on with what is held.
      requestAnimationFrame(() => document.getElementById(`hold ${id}`)?.focus({ preventScroll: true }));
      say(t.value.heldSaid(product.title));
    } catch (error) {
      setProblem(t.value.holdProblem(toFailure(error).code));
    } finally {
      setAsking(false);
    }
  };
  return (
    <div class="buy">
      {shown === undefined ? null : <Amount sku={shown} />}
      {options.map(({ name, values }) =>
        values.length === 1 ? (
          <p key={name} class="option-one">
            {t.value.facets[name] ?? name}
            <span>{translated(values[0]?.value ?? '')}</span>
          </p>
        ) : (
          <fieldset key={name} class="option" data-option={name}>
            <legend>
              {t.value.facets[name] ?? name}
              {choice[name] === undefined ? null : <span>{translated(choice[name])}</span>}
              {isMissed && missing?.name === name ? (
                <span class="problem" role="alert">
                  {t.value.chooseFirst(t.value.facets[name] ?? name)}
                </span>
              ) : null}
            </legend>
            <div class="facet-values">
              {values.map(({ value }) => {
                const { [name]: _own, ...others } = choice;
                const with_ = matching(skus, { ...others, [name]: value });
                const isThere = with_.some(canBeHeld);
                return (
                  <button
                    key={value}
                    type="button"
                    class={`chip ${choice[name] === value ? 'chip-on' : ''} ${isThere ? '' : 'chip-out'}`}
                    aria-pressed={choice[name] === value}
                    aria-label={isThere ? translated(value) : t.value.valueOut(translated(value))}
                    onClick={() => choose(name, value)}
                  >
                    {name === 'color' ? <i class="swatch" style={{ background: swatchOf(value) }} /> : null}
                    {translated(value)}
                  </button>
                );
              })}
            </div>
          </fieldset>
        ),
      )}
      {/* One line from the beginning: the button below must not move under the thumb. */}
      <div class="stock">
        {isHeld ? (
          <p>{t.value.heldUntil(timeOf(Date.parse(held.hold.expiresAt) - serverNow() + Date.now()))}</p>
        ) : meant !== undefined ? (
          <Stock sku={meant} isSoldOutNow={soldOut.has(meant.id) && !canBeHeld(meant)} />
        ) : missing === undefined ? null : (
          <p class="quiet">{t.value.chooseToSee(t.value.facets[missing.name] ?? missing.name)}</p>
        )}
      </div>
      {meant !== undefined && !isHeld && !canBeHeld(meant) ? (
        <Instead
          channel={channel}
          product={product}
          chosen={meant}
          skus={skus}
          choose={(sku) => decide(choiceOf(sku))}
        />
      ) : (
        <div class="buy-acts">
          <button
            ref={button}
            class={`button button-large ${missing === undefined ? '' : 'button-waiting'}`}
            type="button"
            disabled={isAsking || isHeld}
            aria-describedby="hold-means"
            onClick={() => {
              if (chosen !== undefined) void hold(chosen);
              else if (missing !== undefined) {
                setMissed(true);
                document
                  .querySelector<HTMLElement>(`[data-option="${CSS.escape(missing.name)}"] button`)
                  ?.focus();
              }
            }}
          >
            {isHeld
              ? t.value.isHeld
              : missing === undefined
                ? t.value.holdIt
                : t.value.choose(t.value.facets[missing.name] ?? missing.name)}
          </button>
          <HoldMeans channel={channel} />
        </div>
      )}
      {chosen === undefined ? null : <Stores sku={chosen} />}
      {problem === null ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What holding means, and for how long: said before it is held. */
function HoldMeans({ channel }: { readonly channel: string }) {
  const { holdSeconds, maxHoldSeconds } = marketOf(channel) ?? {};
  return (
    <p id="hold-means" class="buy-means">
      {holdSeconds == null ? null : t.value.holdMeans(duration(holdSeconds))}{' '}
      {holdSeconds == null || maxHoldSeconds == null || maxHoldSeconds <= holdSeconds
        ? null
        : t.value.holdLonger(duration(maxHoldSeconds))}
    </p>
  );
}

function Amount({ sku: { price } }: { readonly sku: Sku }) {
  const { amount, compareAtAmount, currencyCode } = price;
  return (
    <p class={compareAtAmount == null ? 'buy-price' : 'buy-price price-sale'}>
      {money(amount, currencyCode)}{' '}
      {compareAtAmount == null ? null : (
        <s>
          <span class="unseen">{t.value.before}</span>
          {money(compareAtAmount, currencyCode)}
        </s>
      )}
    </p>
  );
}

interface StockProps {
  readonly sku: Sku;
  readonly isSoldOutNow: boolean;
}

/** How much there is, as it changes. */
const Stock = ({ sku: { availability }, isSoldOutNow }: StockProps) => {
  const { level, quantity, restockAt, sellable } = availability;
  return (
    <p class={`stock-${level.toLowerCase()}`} role="status">
      <i class="live" aria-hidden="true" />
      {isSoldOutNow ? t.value.soldOutNow : t.value.levels(level, quantity ?? null)}
      {sellable || restockAt == null
        ? null
        : ` ${t.value.backOn(new Date(restockAt).toLocaleDateString(document.documentElement.lang))}`}
    </p>
  );
};

/** Where it can be picked up. */
function Stores({ sku: { availability } }: { readonly sku: Sku }) {
  // Events say nothing of stores: these may be of before it sold out.
  const stores = availability.sellable
    ? (availability.locations ?? []).filter(({ pickup, sellable }) => pickup && sellable)
    : [];
  return stores.length === 0 ? null : (
    <div class="stock-stores">
      {t.value.alsoIn}{' '}
      <ul>
        {stores.map(({ location, distanceKm }) => (
          <li key={location.id}>
            {location.name}
            {distanceKm == null ? null : ` (${t.value.km(number(distanceKm))})`}
          </li>
        ))}
      </ul>
    </div>
  );
}

const choiceOf = (sku: Sku): Choice =>
  Object.fromEntries(sku.options.map(({ name, value }) => [name, value]));

/** The options with one value only, which have no buttons. */
const onlyChoices = ({ options }: Product): Choice =>
  Object.fromEntries(
    (options ?? []).flatMap(({ name, values: [value, ...others] }) =>
      value !== undefined && others.length === 0 ? [[name, value.value]] : [],
    ),
  );

/**
 * What is chosen for the shopper: what the address says, as far as the product has that; otherwise the color of the picture
 * that was tapped, or the first color, that can be bought with it, and whatever has one value only.
 */
function firstChoice(product: Product, said: Filters['options']): Choice {
  const all = product.skus ?? [];
  const wished = Object.fromEntries(
    Object.entries(said).flatMap(([name, [value]]) =>
      value !== undefined && matching(all, { [name]: value }).length > 0 ? [[name, value]] : [],
    ),
  );
  const suited = matching(all, wished);
  const skus = suited.length > 0 ? suited : all;
  const tapped = tappedPicture(product.handle);
  const pictured = skus.filter(({ image }) => image != null && image.id === tapped);
  const sellable = [...pictured, ...skus].find(({ availability }) => availability.sellable) ?? skus[0];
  const color = sellable === undefined ? undefined : valueOf(sellable, 'color');
  return {
    ...onlyChoices(product),
    ...(color === undefined ? {} : { color }),
    ...(suited.length > 0 ? wished : {}),
  };
}

import type { UcpCall } from '../operation.js';
import { notFound } from '../refusals.js';
import type { Variant } from './documents.js';
import { passes, same } from './filter-variants.js';
import { featured, readProducts, resolve } from './lookup.js';
import { marketFor } from './market.js';
import type { ProductRequest } from './requests.js';
import { type ProductOption, optionsOf, provenAt, toProduct, toVariant } from './to-ucp.js';

interface Choice {
  readonly name: string;
  readonly label: string;
}

/** Variants in an answer; a shopper who has chosen little needs no more. */
const MAX_VARIANTS = 50;

/** One product with its options, what exists and can be bought of each value, and the variants of the choice. */
export async function getProduct(call: UcpCall, body: ProductRequest): Promise<object> {
  const market = await marketFor(call, body);
  const resolved = (await resolve(call, market, [body.id])).get(body.id);
  const [product] = resolved === undefined ? [] : await readProducts(call, market, [resolved.product]);
  const all = (product?.skus ?? []).filter(
    (variant) => product !== undefined && passes(product, variant, body.filters, market),
  );
  const asked = all.find(({ id }) => id === resolved?.variant);
  const isMissing = resolved?.variant != null && asked === undefined;
  const first = asked ?? featured(all);
  if (product === undefined || first === undefined || isMissing)
    throw notFound(`Product not found: ${body.id}`);
  // A variant says all of the choice, whatever else was selected; so does the featured one when nothing was.
  const selected =
    asked !== undefined || body.selected === undefined
      ? optionsOf(first)
      : relax(all, body.selected, body.preferences ?? []);
  const matching = all.filter((variant) => hasAll(variant, selected));
  const shown = [asked ?? featured(matching), ...matching].filter((one) => one !== undefined);
  const answer = toProduct(
    product,
    [...new Set(shown)].slice(0, MAX_VARIANTS).map((variant) => toVariant(product, variant)),
  );
  if (answer === null) throw notFound(`Product not found: ${body.id}`);
  return {
    product: {
      ...answer,
      ...(answer.options === undefined ? {} : { selected, options: signals(answer.options, all, selected) }),
      stock: provenAt(all),
    },
    ...(market.messages.length === 0 ? {} : { messages: market.messages }),
  };
}

const has = (variant: Variant, { name, label }: Choice): boolean =>
  optionsOf(variant).some((option) => same(option.name, name) && same(option.label, label));

const hasAll = (variant: Variant, choices: readonly Choice[]): boolean =>
  choices.every((choice) => has(variant, choice));

/**
 * The choices that some variant has all of. When there is none, the least important choice goes: of those that
 * `preferences` does not name, the last of the request first, then those at the end of `preferences`.
 */
function relax(
  all: readonly Variant[],
  selected: readonly Choice[],
  preferences: readonly string[],
): readonly Choice[] {
  const rank = ({ name }: Choice): number => {
    const index = preferences.findIndex((preferred) => same(preferred, name));
    return index === -1 ? preferences.length : index;
  };
  const kept = selected
    .map(({ name, label }) => ({ name, label }))
    .sort((one, other) => rank(one) - rank(other));
  while (!all.some((variant) => hasAll(variant, kept))) kept.pop();
  return kept;
}

/** For each value: whether a variant has it beside the other choices, and whether one of those can be bought. */
function signals(
  options: readonly ProductOption[],
  all: readonly Variant[],
  selected: readonly Choice[],
): object[] {
  return options.map(({ name, values }) => ({
    name,
    values: values.map(({ label }) => {
      const others = selected.filter((choice) => !same(choice.name, name));
      const having = all.filter((variant) => hasAll(variant, [...others, { name, label }]));
      return {
        label,
        exists: having.length > 0,
        available: having.some(({ availability }) => availability.sellable || availability.orderable),
      };
    }),
  }));
}

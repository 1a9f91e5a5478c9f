import { formatAmount } from '../graph/money.js';
import type { FeedRow } from './parse-listing.js';
import type { ProductDraft } from './product-draft.js';
import type { TextDraft } from './text-draft.js';

/** SKUs of a product, and characters of its description. */
const SHOWN_SKUS = 6;
const SHOWN_TEXT = 120;

/** A product as an import would write it, in lines of text. */
export function describeDraft(draft: ProductDraft): string {
  const { title, handle, description, url, brand, category, attributes, images, skus } = draft;
  const facts: readonly (readonly [string, string | null])[] = [
    ['handle', handle],
    ['brand', brand?.name ?? null],
    ['category', category.map(({ name }) => name).join(' > ')],
    ['link', url],
    ['description', description === null ? null : shortened(description)],
    ['attributes', attributes.map(({ name, value }) => `${name} ${value}`).join(', ')],
    ['images', images.length === 0 ? 'none' : `${images.length}, the first ${images[0]?.link ?? ''}`],
  ];
  const more = skus.length > SHOWN_SKUS ? `  and ${skus.length - SHOWN_SKUS} more SKUs\n` : '';
  return `${title}\n${linesOf(facts)}${skus.slice(0, SHOWN_SKUS).map(describeSku).join('')}${more}`;
}

/** The texts that an import would write, in lines of text. */
export function describeText(group: string, { title, description, url, keywords }: TextDraft): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ['id', group],
    ['link', url],
    ['description', description === null ? null : shortened(description)],
    ['words for the search', keywords],
  ];
  return `${title ?? '(no title)'}\n${linesOf(facts)}`;
}

function describeSku(sku: FeedRow): string {
  const { line, code, options, prices, currency, onHand, whenOut, promised, gtin } = sku;
  const money = (minor: number): string => `${formatAmount(minor, currency)} ${currency}`;
  const price = prices
    .map(({ amount, compareAt, from, until }) =>
      [
        money(amount),
        compareAt === null ? '' : ` instead of ${money(compareAt)}`,
        from === null ? '' : ` from ${from}`,
        until === null ? '' : ` until ${until}`,
      ].join(''),
    )
    .join('; ');
  const stock = onHand === null ? 'uncounted stock' : `${onHand} in stock`;
  return [
    `  line ${line}: SKU ${code}`,
    ...Object.entries(options).map(([name, value]) => `, ${name} ${value}`),
    `, ${price}, ${stock}`,
    whenOut === 'deny' ? '' : `, ${whenOut}${promised === null ? '' : ` of ${promised}`}`,
    gtin === null ? '' : `, GTIN ${gtin}`,
    '\n',
  ].join('');
}

const linesOf = (facts: readonly (readonly [string, string | null])[]): string =>
  facts
    .flatMap(([name, value]) => (value === null || value === '' ? [] : [`  ${name}: ${value}\n`]))
    .join('');

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line;
};

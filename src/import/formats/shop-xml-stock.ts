import type { Cells } from '../source/cells.js';
import { availabilityOf } from '../values/availability.js';
import type { Listing } from './format.js';
import { QUANTITY as MERCHANT_QUANTITY } from './merchant-center.js';

/** Where shops say how many units there are to sell, the most telling name first. */
const QUANTITY = [
  ...new Set([
    ...'quantity stock_quantity quantity_in_stock stock.amount stock.quantity stock qty amount'.split(' '),
    ...'inventory count in_stock instock outlets.instock'.split(' '),
    ...MERCHANT_QUANTITY,
  ]),
];
/** Of these, those that may also say yes or no. */
const NUMBER_OR_FLAG = ['instock', 'in_stock', 'stock'];
/** "5", "5.0", "5 ks", "> 5", and "10+". */
const COUNT =
  /^>?\s?(-?\d+)(?:[.,]\d+)?\s?(\+|ks|kus\p{L}*|pcs?|pieces?|units?|szt|шт|stk|st|stück|db|buc|pz|uds?|τεμ|τμχ)?\.?$/iu;
/** "1", "1-3", "1 to 3 days", and "Delivery up to 10 days". */
const DAYS =
  /^(?:(?:available|delivery|delivered|ships|shipped|sent|in|within|from|up|to|do|za|od|παράδοση|σε|από|έως)[\s:/]+)*(\d{1,3})(?:\s?(?:-|–|to|do|až|bis|έως)\s?\d{1,3})?\s?(days?|dn\p{L}+|den|tage?n?|jours?|giorni|d[ií]as?|ημέρ\p{L}+|дн\p{L}+|hours?|hodin\p{L}*|h)?\.?$/iu;
const HOURS = /^h/i;
/** Days until an order is sent, as far as they mean that it is there; more mean that it is made or bought first. */
const DAYS_IN_STOCK = 1;

type Stock = Pick<Listing, 'availability' | 'quantity' | 'availabilityDate' | 'offeredAs'>;

/** What a shop's record says of stock, in whatever elements. A record that says "out of stock" anywhere has none. */
export function stockOf(cells: Cells): Stock {
  const quantity = quantityOf(cells);
  const known = {
    availability: undefined,
    quantity,
    availabilityDate: cells.get('availability_date'),
    offeredAs: offeredAs(cells),
  };
  const flags = [
    ...cells.all('available'),
    ...cells.all(...NUMBER_OR_FLAG).filter((text) => !COUNT.test(text)),
  ];
  const text = cells.get('availability');
  const days = cells.get('avail', 'delivery_date', 'delivery_days') ?? text;
  const has = (state: 'in' | 'out'): boolean => flags.some((flag) => availabilityOf(flag) === state);
  if (has('out')) return { ...known, availability: 'out_of_stock' };
  if (text !== undefined && availabilityOf(text) !== undefined) return { ...known, availability: text };
  if (has('in')) return { ...known, availability: 'in_stock' };
  // What is said in words is true, whatever the number.
  if (text !== undefined && !isCounted(text) && daysOf(text) === null && !isDate(text))
    return { ...known, availability: text };
  if (quantity !== undefined) return known;
  if (days !== undefined && isDate(days))
    return { ...known, availability: 'preorder', availabilityDate: days };
  const number = days === undefined ? null : daysOf(days);
  if (number !== null) return { ...known, availability: number <= DAYS_IN_STOCK ? 'in_stock' : 'backorder' };
  if (days !== undefined && availabilityOf(days) !== undefined) return { ...known, availability: days };
  return { ...known, availability: flags[0] };
}

const isDate = (text: string): boolean => /^\d{4}-/.test(text);

/** Whether a text has a number with a unit: a number alone may also mean yes or no. */
const isCounted = (text: string): boolean => COUNT.exec(text)?.[2] !== undefined;

function daysOf(text: string): number | null {
  const [, number, unit] = DAYS.exec(text) ?? [];
  if (number === undefined) return null;
  return HOURS.test(unit ?? '') ? Math.ceil(Number(number) / 24) : Number(number);
}

/** The first of the columns with a number counts, but for a 0 that may mean no; several warehouses add up. */
function quantityOf(cells: Cells): string | undefined {
  const counts = QUANTITY.map((column) => {
    const numbers = cells.all(column).flatMap((text) => COUNT.exec(text)?.[1] ?? []);
    return numbers.length > 1 && column.includes('.')
      ? String(numbers.reduce((sum, number) => sum + Math.max(Number(number), 0), 0))
      : numbers[0];
  });
  if (cells.all(...NUMBER_OR_FLAG).some((text) => Number(COUNT.exec(text)?.[1]) === 0)) return '0';
  const text = cells.get('availability') ?? '';
  return counts.find((count) => count !== undefined) ?? (isCounted(text) ? COUNT.exec(text)?.[1] : undefined);
}

/** YML says only what is not there; Heureka's feeds say only that products are offered. */
function offeredAs(cells: Cells): string | undefined {
  if (cells.get('categoryid') !== undefined) return 'in_stock';
  const isOffer = cells.get('price_vat') !== undefined && cells.get('productname', 'product') !== undefined;
  return isOffer ? 'backorder' : undefined;
}

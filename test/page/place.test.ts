import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  MOST_WORDS_CHARS,
  NO_FILTERS,
  type Place,
  readMarket,
  readPlace,
  writePlace,
} from '../../src/page/place.js';
import { readPriceWords } from '../../src/page/price-words.js';

const value = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text);
const values = fc.array(value, { maxLength: 3 });
const named = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
  fc.array(value, { minLength: 1, maxLength: 3 }),
  { maxKeys: 3 },
);
const amount = fc.option(fc.integer({ min: 0, max: 99_999 }).map(String));
const range = fc
  .tuple(amount, amount)
  .map(([one, other]) =>
    one !== null && other !== null && Number(one) > Number(other)
      ? { min: other, max: one }
      : { min: one, max: other },
  );
const box = fc
  .tuple(
    fc.integer({ min: 0, max: 9_000 }),
    fc.integer({ min: 0, max: 9_000 }),
    fc.integer({ min: 1, max: 1_000 }),
  )
  .map(([x, y, side]) => ({ x: x / 1e4, y: y / 1e4, width: side / 1e4, height: side / 1e4 }));
const hasNoPrice = (text: string): boolean => readPriceWords(text, 'EUR').words === text;
const view: fc.Arbitrary<Place['view']> = fc.oneof(
  fc.constant({ at: 'home' as const }),
  value.filter(hasNoPrice).map((text) => ({ at: 'words' as const, text })),
  fc.tuple(value, fc.option(box)).map(([id, part]) => ({ at: 'picture' as const, id, box: part })),
  value.map((handle) => ({ at: 'alike' as const, handle })),
  value.map((handle) => ({ at: 'product' as const, handle })),
  value.map((id) => ({ at: 'board' as const, id })),
);
const place: fc.Arbitrary<Place> = fc
  .record({
    view,
    words: fc.option(value),
    filters: fc
      .record({
        categories: values,
        brands: values,
        options: named,
        attributes: named,
        range,
        store: fc.option(value),
      })
      .map(({ range: ends, ...filters }) => ({ ...filters, ...ends })),
    sort: fc.constantFrom('BEST', 'NEWEST', 'PRICE_ASC', 'PRICE_DESC'),
  })
  // Words beside a picture.
  .map(({ words, filters, ...given }) => ({
    ...given,
    filters: { ...filters, words: given.view.at === 'picture' ? words : null },
  }));

test('an address says everything about a place, and is read as the same place', () => {
  fc.assert(
    fc.property(place, (given) => {
      const read = readPlace(writePlace(given), 'EUR');
      // Rounded to what a screen shows.
      if (given.view.at === 'picture' && given.view.box !== null && read.view.at === 'picture') {
        for (const side of ['x', 'y', 'width', 'height'] as const)
          expect(read.view.box?.[side]).toBeCloseTo(given.view.box[side], 3);
        expect({ ...read, view: { ...read.view, box: given.view.box } }).toEqual(given);
      } else expect(read).toEqual(given);
    }),
  );
});

test('what an address says wrongly is left out', () => {
  expect(readPlace('?picture=x&box=0.5,0.5,0.9,0.1', 'EUR').view).toEqual({
    at: 'picture',
    id: 'x',
    box: null,
  });
  expect(readPlace('?picture=x&box=a,b', 'EUR').view).toEqual({ at: 'picture', id: 'x', box: null });
  expect(readPlace('?q=%20&sort=CHEAP&min=-3&max=1e9&o.=x', 'EUR')).toEqual({
    view: { at: 'home' },
    filters: NO_FILTERS,
    sort: 'BEST',
  });
});

// Failed on 2026-11-29: 40,000 characters of opened quotation marks took 9 s to read.
test('of the words in an address, as many are read as fit the search field', () => {
  expect(readPlace(`?q=${'“ '.repeat(1_000_000)}`, 'EUR').view).toEqual({
    at: 'words',
    text: '“ '.repeat(MOST_WORDS_CHARS / 2).trim(),
  });
});

test.each([
  ['?min=9&max=5', { min: '9', max: null }],
  ['?min=-5&max=1e3', { min: null, max: null }],
])('of %s, only prices are read that the gateway takes', (search, range) => {
  expect(readPlace(search, 'EUR').filters).toEqual({ ...NO_FILTERS, ...range });
});

test('an address says the market of its prices and stores, and of nothing else', () => {
  const words: Place = { view: { at: 'words', text: 'dress' }, filters: NO_FILTERS, sort: 'BEST' };
  expect(writePlace(words, 'uk')).toBe('?q=dress');
  for (const filter of [{ min: '5' }, { max: '5' }, { store: 'x' }]) {
    const search = writePlace({ ...words, filters: { ...NO_FILTERS, ...filter } }, 'uk');
    expect(readMarket(search)).toBe('uk');
    expect(readPlace(search, 'EUR').filters).toEqual({ ...NO_FILTERS, ...filter });
  }
  expect(readMarket('?market=')).toBeNull();
});

test('an address has no NUL', () => {
  expect(readPlace('?q=a%00b&brand=%00c', 'EUR').view).toEqual({ at: 'words', text: 'ab' });
  expect(readPlace('?q=%00', 'EUR').view).toEqual({ at: 'home' });
  expect(readPlace('?brand=%00c', 'EUR').filters.brands).toEqual(['c']);
});

test('prices in the words of an address are a price range, unless it has one', () => {
  const { filters, view } = readPlace('?q=dress+under+50&brand=osterfeld', 'EUR');
  expect(view).toEqual({ at: 'words', text: 'dress' });
  expect(filters).toEqual({ ...NO_FILTERS, brands: ['osterfeld'], max: '50' });
  expect(readPlace('?q=bis+50+Euro', 'EUR')).toEqual({
    view: { at: 'home' },
    filters: { ...NO_FILTERS, max: '50' },
    sort: 'BEST',
  });
  expect(readPlace('?q=dress+under+50&min=20', 'EUR').view).toEqual({ at: 'words', text: 'dress under 50' });
});

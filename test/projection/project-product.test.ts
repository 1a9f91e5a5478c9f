import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isShown } from '../../src/images/shown-options.js';
import { MAX_ATTRIBUTES, MAX_OPTION_VALUES } from '../../src/catalog/write/tag-limits.js';
import { projectProduct, type OfferFacts, type ProductFacts } from '../../src/projection/project-product.js';
import { optionTag, tag } from '../../src/projection/tags.js';

const PRODUCT: ProductFacts = {
  ...{ key: 1, brand: 'acme', categories: ['tops/shirts', 'tops'], attributes: [] },
  createdAt: 1_800_000_000,
};

const many = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

const offer = (skuKey: number, options: OfferFacts['options'], channel = 'eu'): OfferFacts => ({
  ...{ skuKey, channel, options, stockedAt: [7], orderable: true, onSale: false, gtin: null },
  ...{ minAmount: 100 + skuKey, maxAmount: 200 + skuKey },
});

describe('the payloads of a product', () => {
  test('have the tags of the SKUs that an image shows', () => {
    const value = fc.constantFrom('Red', 'red', 'BLUE', 'ΣΑΣ', 'σας');
    const name = fc.constantFrom('color', 'size');
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(name, value), { maxLength: 6 }),
        fc.array(fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 2 })), { maxLength: 5 }),
        (skus, images) => {
          const payloads = projectProduct(
            PRODUCT,
            skus.flatMap((options, i) => [offer(i, options), offer(i, options, 'us')]),
            images.map((shows, i) => ({ shows, imageIds: [i] })),
          );
          for (const [i, shows] of images.entries()) {
            const shown = skus.flatMap((options, sku) => (isShown(shows, options) ? [{ options, sku }] : []));
            const options = shown.flatMap((sku) =>
              Object.entries(sku.options).map(([option, of]) => optionTag(option, of)),
            );
            const expected = [
              ...PRODUCT.categories.map(tag.category),
              tag.brand('acme'),
              ...options.map(tag.option),
              ...(shown.length === 0 ? [] : ['eu', 'us']).flatMap((channel) => [
                ...[tag.offered(channel), tag.orderable(channel), tag.stocked(7)],
                ...[undefined, ...options].flatMap((option) =>
                  [undefined, ...PRODUCT.categories].map((category) =>
                    tag.sellable(channel, category, option),
                  ),
                ),
              ]),
            ];
            const { tags = [], numbers = {} } = payloads.get(i) ?? {};
            expect([...tags].sort()).toEqual([...new Set(expected)].sort());
            const keys = shown.map(({ sku }) => sku);
            const { created, ...prices } = numbers;
            expect(created).toBe(PRODUCT.createdAt);
            expect(prices).toEqual(
              keys.length === 0
                ? {}
                : Object.fromEntries(
                    ['eu', 'us'].flatMap((channel) => [
                      [`price_min:${channel}`, 100 + Math.min(...keys)],
                      [`price_max:${channel}`, 200 + Math.max(...keys)],
                    ]),
                  ),
            );
          }
        },
      ),
    );
  });

  test('are one for images that show the same SKUs in other words', () => {
    const payloads = projectProduct(
      PRODUCT,
      many(5, (i) => offer(i, { o0: 'same', o1: `v${i}` })),
      many(250, (i) => ({ shows: { o0: ['same', `s${i}`] }, imageIds: [i] })),
    );
    expect(payloads.size).toBe(250);
    expect(new Set(payloads.values()).size).toBe(1);
  });

  test('are those of the whole product where there would be too many', () => {
    const skus = many(120, (i) => offer(i, Object.fromEntries(many(2, (j) => [`o${j}`, `${j}v${i}`]))));
    const images = many(250, (i) => ({
      shows: { o0: many(119, (j) => `0v${(i + j) % 120}`) },
      imageIds: [i],
    }));
    const payloads = projectProduct(PRODUCT, skus, images);
    const different = [...new Set(payloads.values())];
    expect(different.reduce((sum, { tags }) => sum + tags.length, 0)).toBeLessThan(90_000);
    expect(different.length).toBeGreaterThan(10);
    const last = new Set(payloads.get(249)?.tags);
    expect(different.flatMap(({ tags }) => tags).filter((one) => !last.has(one))).toEqual([]);
  });

  test('are the same when only some are asked for', () => {
    const skus = many(120, (i) => offer(i, { o0: `v${i}`, o1: `w${i}` }));
    const images = many(100, (i) => ({
      shows: { o0: many(119, (j) => `v${(i + j) % 120}`) },
      imageIds: [i],
    }));
    const all = projectProduct(PRODUCT, skus, images);
    for (const i of [0, 50, 99]) {
      const some = projectProduct(PRODUCT, skus, images, new Set([i]));
      expect([...some]).toEqual([[i, all.get(i)]]);
    }
  });

  // Parts of values once pushed whole values out: nothing in one of the later colors was found.
  test('have every whole value that a product may have, however many parts there are', () => {
    const value = (i: number): string => many(4, (part) => `v${i}p${part}`).join(' / ');
    const payloads = projectProduct(
      { ...PRODUCT, attributes: many(MAX_ATTRIBUTES, (i) => ({ name: 'style', value: value(i) })) },
      many(MAX_OPTION_VALUES, (i) => offer(i, { color: value(i) })),
      [{ shows: {}, imageIds: [1] }],
    );
    const tags = new Set(payloads.get(1)?.tags);
    const lacking = [
      ...many(MAX_ATTRIBUTES, (i) => tag.attribute('style', value(i))),
      ...many(MAX_OPTION_VALUES, (i) => tag.option(optionTag('color', value(i)))),
      tag.attribute('style', 'v0p3'),
      tag.option(optionTag('color', 'v0p3')),
    ].filter((each) => !tags.has(each));
    expect(lacking).toEqual([]);
  });

  test('are bounded, whatever was written before there were limits', () => {
    const text = (i: number): string => `${i}`.padEnd(390, 'x');
    const payloads = projectProduct(
      { ...PRODUCT, attributes: many(500, (i) => ({ name: `a${i}`, value: text(i) })) },
      many(50, (i) => offer(i, Object.fromEntries(many(20, (j) => [`o${j}`, text(i * 20 + j)])))),
      many(250, (i) => ({ shows: { o0: [text(i * 20)] }, imageIds: [i] })),
    );
    const strings = new Set([...new Set(payloads.values())].flatMap(({ tags }) => tags));
    expect([...strings].reduce((sum, { length }) => sum + length, 0)).toBeLessThan(250_000);
    expect(payloads.size).toBe(250);
  });
});

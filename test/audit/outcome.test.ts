import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { aimsOf, rivalsOf, wayThere } from '../../src/audit/aim.js';
import { catalogOf, type Catalog, type Product } from '../../src/audit/catalog.js';
import { placesTaken } from '../../src/audit/crowding.js';
import { judge, typeVote, type Judge, type Subject } from '../../src/audit/outcome.js';
import { pagesOf } from '../../src/audit/promotion.js';
import { drawSubjects } from '../../src/audit/subjects.js';
import { random } from '../../src/platform/random.js';
import type { SameProductModel } from '../../src/search/probability/same-product.js';
import { NEARLY_EQUAL } from '../support/garments.js';

/** On a quarter of a circle: shirts from 0° on, boots from 60° on. */
const at = (degrees: number): Float32Array => {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(angle), Math.sin(angle), 0, 0);
};
const productAt = (productId: number, type: string, degrees: number): Product => ({
  productId,
  handle: `${type}-${productId}`,
  title: `${type} ${productId}`,
  type,
  sha256: String(productId),
  vectors: [at(degrees)],
});

const shirts = Array.from({ length: 12 }, (_, i) => productAt(i, 'shirt', i));
const boots = Array.from({ length: 12 }, (_, i) => productAt(100 + i, 'boot', 60 + i));
const catalog = catalogOf([...shirts, ...boots], 24);

function one(all: readonly Product[], index: number): Product {
  const product = all[index];
  if (product === undefined) throw new Error(`there is no product ${index}`);
  return product;
}
const subject: Subject = { product: one(shirts, 0), target: one(boots, 0) };

const judgeOf = (
  of: Catalog,
  model: SameProductModel | null = NEARLY_EQUAL,
  victim: Subject = subject,
): Judge =>
  judge({
    catalog: of,
    subject: victim,
    typeOf: typeVote(of),
    model,
    vector: one([victim.product], 0).vectors[0] ?? at(0),
  });

describe('an answer', () => {
  test.each([
    // The shirts from 0° to 9°.
    [0, { target: false, lost: false, flipped: false }],
    // The own product is the 11th.
    [5.6, { target: false, lost: true, flipped: false }],
    // The boots from 60° to 69°, and those from 62° on.
    [64.9, { target: true, lost: true, flipped: true }],
    [71, { target: false, lost: true, flipped: true }],
  ])('at %d° is judged as a page is', (degrees, expected) => {
    const only = judgeOf(catalog, null);
    expect(only.outcome(only.page(at(degrees)))).toEqual(expected);
  });

  test('says another product is the same, if the calibration says so', () => {
    const apart = catalogOf([subject.product, ...boots], 13);
    const only = judgeOf(apart);
    expect(only.clean).toMatchObject({ sameProduct: false });
    expect(only.outcome(only.page(at(40)))).toMatchObject({ sameProduct: false });
    expect(only.outcome(only.page(at(60)))).toMatchObject({ sameProduct: true });
  });

  test('does not count what the picture reaches without an attack', () => {
    // Eleven products share the picture of the last one, which its page has no place for.
    const twins = Array.from({ length: 11 }, (_, i) => productAt(200 + i, 'shirt', 30));
    const crowded = catalogOf([...twins, ...catalog.products], 35);
    const last = one(twins, 10);
    const only = judgeOf(crowded, NEARLY_EQUAL, { product: last, target: one(boots, 0) });
    expect(only.clean).toEqual({ target: false, lost: true, flipped: false, sameProduct: true });
    expect(only.outcome(only.page(at(64.9)))).toEqual({ target: true, flipped: true });
    expect(only.outcome(only.page(at(30)))).toEqual({ target: false, flipped: false });
  });
});

test('aims are above 0 exactly when they are reached', () => {
  const aims = aimsOf(catalog, subject);
  const only = judgeOf(catalog, null);
  for (let degrees = 0; degrees <= 90; degrees += 0.3) {
    const { target, lost } = only.outcome(only.page(at(degrees)));
    expect({ degrees, target: aims.target(at(degrees)) > 0, lost: aims.away(at(degrees)) > 0 }).toEqual({
      degrees,
      target,
      lost,
    });
  }
});

test('a margin among rivals is an estimate: what is reported is the one in the whole catalog', () => {
  const between = (boot: number, hat: number): Float32Array =>
    Float32Array.of(0, boot, hat, 0).map((x) => x / Math.hypot(boot, hat));
  const many = [
    ...Array.from({ length: 120 }, (_, i) => productAt(i, 'shirt', i / 100)),
    ...Array.from({ length: 120 }, (_, i) => productAt(200 + i, 'boot', 90 - i / 100)),
    ...Array.from({ length: 12 }, (_, i) => ({
      ...productAt(400 + i, 'hat', 0),
      vectors: [between(i / 1000, 1)],
    })),
  ];
  const large = catalogOf(many, many.length);
  const victim: Subject = { product: one(many, 0), target: one(many, 120) };
  // Toward the target, and on the way among hats, which are near to neither end.
  const attacked = between(0.3, 1);
  expect(aimsOf(rivalsOf(large, victim, at(0)), victim).target(attacked)).toBeGreaterThan(0);
  const { target } = aimsOf(large, victim);
  const only = judgeOf(large, null, victim);
  expect(only.outcome(only.page(attacked)).target).toBe(false);
  expect(target(attacked)).toBeLessThan(0);
  const way = wayThere(false, target(at(0)), target(attacked));
  expect(way).toBeGreaterThan(0);
  expect(way).toBeLessThan(1);
});

test('the whole way is gone exactly where an attack succeeds', () => {
  expect(wayThere(true, -0.5, 0.1)).toBe(1);
  // The margins are equal and the place went to another product, or to this one.
  expect(wayThere(false, -0.5, 0)).toBeLessThan(1);
  expect(wayThere(true, -0.5, 0)).toBe(1);
  expect(wayThere(false, -0.5, -0.25)).toBe(0.5);
  expect(wayThere(false, -0.5, -0.75)).toBe(0);
  expect(wayThere(false, 0, -0.1)).toBeNull();
  expect(wayThere(undefined, 0.1, 0.2)).toBeNull();
});

test('a page of another type is entered by what is nearer than its last product', () => {
  // Of the page of a boot, the boots are nearer than 12°.
  const pages = pagesOf(catalog, subject, random('pages'));
  expect(pages.margin(at(0))).toBeLessThan(0);
  expect(pages.margin(at(45))).toBeLessThan(0);
  expect(pages.margin(at(66))).toBeGreaterThan(0);
  const entered = catalog.products.find(({ productId }) => productId === pages.easiest(at(66)));
  expect(entered?.type).toBe('boot');
});

test('copies take the places of what is farther than they are', () => {
  // Beside the shirt at 1°, which is the most similar one, are the shirts up to 11°.
  expect(placesTaken(catalog, subject.product, [at(0), at(0.5), at(1.5)])).toBe(3);
  expect(placesTaken(catalog, subject.product, [at(0), at(40)])).toBe(1);
  expect(
    placesTaken(
      catalog,
      subject.product,
      Array.from({ length: 12 }, () => at(0.5)),
    ),
  ).toBe(10);
  expect(placesTaken(catalogOf([subject.product, ...boots], 13), subject.product, [at(0)])).toBeNull();
});

describe('subjects', () => {
  const asked = { count: 50, seed: 1, encoder: 'small@1' };

  test('are to be taken for products of another type that are not on their page', () => {
    // The boots on the page of the last shirts are none.
    const near = catalogOf([...shirts.slice(0, 3), ...boots], 15);
    const subjects = drawSubjects(near, asked);
    expect(subjects).toHaveLength(15);
    for (const { product, target } of subjects) {
      expect(target.type).not.toBe(product.type);
      const page = near.nearest(product.vectors[0] ?? at(0), 10).map(({ productId }) => productId);
      expect(page).not.toContain(target.productId);
    }
    expect(drawSubjects(near, { ...asked, count: 2 })).toEqual(subjects.slice(0, 2));
    expect(drawSubjects(near, { ...asked, seed: 2 })).not.toEqual(subjects);
  });

  test.each([
    ['nothing is encoded', catalogOf([], 0), /npx vitrine reindex --encoder/],
    ['all products are of one type', catalogOf(shirts, 12), /two categories/],
    ['the catalog is one page', catalogOf([one(shirts, 0), one(boots, 0)], 2), /two categories/],
  ])('%s: says what to do', (_, small, complaint) => {
    expect(() => drawSubjects(small, asked)).toThrow(complaint);
  });
});

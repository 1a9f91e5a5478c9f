import { describe, expect, test } from '@jest/globals';
import { ATTACKS } from '../../src/audit/attacks.js';
import { withSights } from '../../src/audit/exhibits.js';
import { auditPage } from '../../src/audit/page.js';
import { auditReport, summarize } from '../../src/audit/report.js';
import { shareOf } from '../../src/audit/wilson.js';
import { compare } from '../../src/audit/thresholds.js';
import { toFigures } from '../../src/audit/figures.js';

describe('the Wilson interval', () => {
  // R: prop.test(hits, of, correct = FALSE)$conf.int
  test.each([
    [0, 10, 0, 0.2775328],
    [1, 10, 0.0178762, 0.40415],
    [5, 10, 0.2365931, 0.7634069],
    [10, 10, 0.7224672, 1],
    [12, 24, 0.3143, 0.6857],
    [81, 263, 0.2552768, 0.3662155],
  ])('of %i in %i is from %d to %d', (hits, of, low, high) => {
    const share = shareOf(hits, of);
    expect(share.share).toBe(hits / of);
    expect(share.low).toBeCloseTo(low, 4);
    expect(share.high).toBeCloseTo(high, 4);
  });

  test('of nothing is everything', () => {
    expect(shareOf(0, 0)).toEqual({ hits: 0, of: 0, share: 0, low: 0, high: 1 });
  });
});

test('a measure that was not judged is left out, rather than counted as a failure of the attack', () => {
  expect(
    toFigures([{ target: true, lost: false }, { target: false, lost: false }, { entered: true }]),
  ).toEqual({
    target: shareOf(1, 2),
    lost: shareOf(0, 2),
    entered: shareOf(1, 1),
  });
});

test('a threshold is exceeded by the lower bound of the worst attack, not by its share', () => {
  const attacks = [
    { id: 'mild', result: { target: shareOf(2, 24), lost: shareOf(0, 24) } },
    { id: 'strong', result: { target: shareOf(6, 24), lost: shareOf(0, 24) } },
    { id: 'catalog side', result: { entered: shareOf(24, 24) } },
  ];
  const clean = { target: shareOf(0, 24), lost: shareOf(0, 24), sameProduct: shareOf(24, 24) };
  const { low } = shareOf(6, 24);
  expect(compare({ target: 0.1, lost: 0 }, { clean, attacks })).toEqual([
    { measure: 'target', limit: 0.1, attack: 'strong', low, exceeded: true },
    { measure: 'lost', limit: 0, attack: 'no attack', low: 0, exceeded: false },
  ]);
  expect(compare({ target: 0.2 }, { clean, attacks })).toMatchObject([{ exceeded: false }]);
  // What is wrong without an attack cannot be attacked.
  expect(compare({ sameProduct: 0.1 }, { clean, attacks })).toMatchObject([
    { attack: 'no attack', exceeded: true },
  ]);
});

test('pictures that are wrong without an attack leave nothing to measure, and the report says so', () => {
  const clean = { target: false, lost: true, flipped: false, sameProduct: true };
  const trials = ATTACKS.map(({ id, means }) => ({
    attack: id,
    curve: means.kind === 'patch' || means.kind === 'noise' ? [{}, {}] : [],
    result: {},
    way: null,
  }));
  const pictures = [1, 2].map((i) => ({ product: `shirt-${i}`, target: 'boot', clean, trials }));
  const options = {
    encoder: 'small@1',
    seed: 1,
    passes: 25,
    images: 2,
    regions: 'included',
    calibration: null,
    catalog: '',
  };
  const summary = summarize({ options, pictures }, [10, 25]);
  const report = auditReport.parse({
    version: 2,
    encoder: 'small@1',
    regions: 'included',
    seed: 1,
    ...summary,
    catalog: { products: 30, images: 30, allImages: 50_000 },
    calibrated: true,
    thresholds: compare({ lost: 0.1 }, summary),
  });
  expect(report.clean).toMatchObject({ lost: shareOf(2, 2), sameProduct: shareOf(2, 2) });
  expect(report.attacks.every(({ result }) => Object.keys(result).length === 0)).toBe(true);
  expect(report.thresholds).toMatchObject([{ measure: 'lost', attack: 'no attack', exceeded: true }]);
  const shown = { title: 'Shirt', picture: 'data:,' };
  const exhibit = (attack: string, succeeded: boolean, title: string) => ({
    ...{ attack, succeeded, product: shown, attacked: 'data:,' },
    takenFor: { title, picture: 'data:,' },
  });
  const page = auditPage(report, [
    exhibit('patch-target-2', true, 'Boot A'),
    exhibit('patch-away-2', false, 'Boot B'),
    exhibit('patch-promote-5', true, 'Boot C'),
    exhibit('noise-promote-8', false, 'Boot D'),
  ]);
  for (const caption of ['Taken for: Boot A', 'The nearest other product: Boot B'])
    expect(page).toContain(`<figcaption>${caption}<`);
  // A seller's picture is taken for nothing: it is shown on a page, or is not.
  for (const caption of ['Now shown beside: Boot C', 'Not shown beside: Boot D'])
    expect(page).toContain(`<figcaption>${caption}<`);
  expect(page).toContain('not measured');
  expect(page).toContain("drawn from the catalog's 50000");
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test('a picture that is lost without an attack is no exhibit of a failure', async () => {
  const raster = { width: 1, height: 1, pixels: new Uint8Array(3) };
  const product = {
    ...{ productId: 1, handle: 'shirt', title: 'Shirt', type: 'shirt' },
    sha256: '',
    vectors: [],
  };
  const exhibitsOf = (result: { lost?: boolean }) =>
    withSights([], {
      product,
      picture: raster,
      result: {
        ...{ product: 'shirt', target: 'boot', clean: {} },
        trials: [{ attack: 'patch-away-2', curve: [], result }],
      },
      sights: [{ attack: 'patch-away-2', picture: raster, takenFor: null }],
      show: async () => null,
    });
  expect(await exhibitsOf({})).toEqual([]);
  expect(await exhibitsOf({ lost: false })).toMatchObject([{ succeeded: false }]);
  expect(await exhibitsOf({ lost: true })).toMatchObject([{ succeeded: true }]);
});

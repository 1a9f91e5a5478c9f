import { describe, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { testInChromium as test } from './chromium.js';
import {
  DRESS,
  hold,
  isStill,
  placeOf,
  receiveVisitors,
  SCREENS,
  showPicture,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

// Everything here made somebody hesitate who tried the page after the second one.

const { shop, visit } = receiveVisitors();
const [PHONE, DESK] = SCREENS;

/** What the bars of a browser leave of the height of a phone. */
const BELOW_BARS = 664;

const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';

const linesOf = (text: Locator): Promise<number> =>
  text.evaluate((element) => {
    const { lineHeight } = getComputedStyle(element);
    return Math.round(element.getBoundingClientRect().height / parseFloat(lineHeight));
  });

const giveBack = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Hold again' }).waitFor();
};

describe('in German', () => {
  const locale = 'de-DE';

  test('a hint takes one line of a phone, for a picture and for a part of it', async () => {
    const page = await visit('', { locale });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.locator('.dot').first().waitFor();
    const hint = page.locator('.picture-hint > [role=status]');
    expect(await linesOf(hint)).toBe(1);
    await page.getByRole('button', { name: 'Ausschnitt suchen' }).click();
    await page.getByRole('button', { name: 'Ausschnitt anheften' }).waitFor();
    expect(await linesOf(hint)).toBe(1);
  });

  test('kinds, colors, and words for what is seen are German, and titles those of the catalog', async () => {
    const page = await visit('', { locale });
    await page.locator('.kinds').getByText('Kleider').waitFor();
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.getByRole('button', { name: 'Danach suchen: Kleider' }).waitFor();
    await page.locator('.bar-chips').getByRole('button', { name: 'Leopard' }).waitFor();
    await page.goto(`${shop().url}${PRODUCT}`);
    await page.getByText('flieder/schwarz').first().waitFor();
    await page.getByRole('definition').getByRole('link', { name: 'Kleider' }).waitFor();
    await page.getByRole('heading', { name: 'Rafa leopard viscose Dress, lilac' }).waitFor();
  });
});

test('what was chosen and no product has is still said in words', async () => {
  const page = await visit('?q=dress&category=tops/long-sleeves');
  await page.getByRole('button', { name: 'Remove long sleeves' }).waitFor();
  // The counts have come, and with them what the gateway calls it.
  await page.getByText('No product matches all of that').waitFor();
  expect(await page.locator('.bar-chips .chip-on').innerText()).toBe('long sleeves');
});

test('a size that is chosen in the row of words stays as wide as it was', async () => {
  const page = await visit('?q=dress');
  const size = (name: string): Locator => page.locator('.bar-chips').getByRole('button', { name });
  const last = size('Only size XL');
  const before = await placeOf(last);
  await size('Only size M').tap();
  await size('Remove M').waitFor();
  expect((await placeOf(last)).x).toBe(before.x);
});

test('the row of words fades at its end, until the end is reached', async () => {
  const page = await visit('');
  const row = page.locator('.bar-chips');
  await row.locator('.chip').nth(7).waitFor();
  const fades = (): Promise<boolean> => row.evaluate((one) => getComputedStyle(one).maskImage !== 'none');
  await soon(fades);
  await row.evaluate((one) => one.scrollTo(one.scrollWidth, 0));
  await soon(async () => !(await fades()));
  await row.evaluate((one) => one.scrollTo(0, 0));
  await soon(fades);
});

describe('what is held', () => {
  test('is the foot of a phone, and does not move the page', async () => {
    const page = await visit(PRODUCT, { screen: PHONE });
    await hold(page, 'M');
    await page.goto(`${shop().url}?q=dress`);
    await tiles(page).first().waitFor();
    const bar = await placeOf(page.locator('.hold'));
    expect(bar).toMatchObject({ x: 0, width: PHONE.viewport.width });
    expect(bar.y + bar.height).toBe(PHONE.viewport.height);
    const scrolled = await page.evaluate(() => {
      scrollTo(0, 300);
      return scrollY;
    });
    // As keys come to it.
    await page.locator('.hold-acts .button').last().focus();
    await isStill(page);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await giveBack(page);
    expect(await page.locator('.hold-given').innerText()).toMatch(/^Rafa [^\n]+\nGiven back/);
    expect(await linesOf(page.locator('.hold-given b'))).toBe(1);
  });

  test.each([
    { name: 'a desk', size: { width: 720, height: 450 } },
    { name: 'a phone', size: { width: 320, height: 422 } },
  ])('leaves three quarters of $name at 200 %, and all its buttons have names', async ({ size }) => {
    const page = await visit(PRODUCT, { screen: DESK });
    await hold(page, 'M');
    await page.setViewportSize(size);
    await page.goto(`${shop().url}?q=dress`);
    await tiles(page).first().waitFor();
    const bar = page.locator('.holds');
    await soon(async () => ((await bar.boundingBox())?.height ?? Infinity) <= size.height / 4);
    for (const name of ['Extend', 'Give back']) {
      const { height, width } = await placeOf(bar.getByRole('button', { name }));
      expect(Math.min(height, width)).toBeGreaterThanOrEqual(40);
    }
    await bar.getByRole('link', { name: 'Check out' }).waitFor();
    await giveBack(page);
  });
});

test('the sizes of a product are on the first screen of a phone, also below the bars of its browser', async () => {
  const page = await visit(PRODUCT, { screen: PHONE });
  const size = page.getByRole('group', { name: /^Size/ }).getByRole('button').first();
  for (const height of [PHONE.viewport.height, BELOW_BARS]) {
    await page.setViewportSize({ ...PHONE.viewport, height });
    const place = await placeOf(size);
    expect(place.y + place.height).toBeLessThanOrEqual(height);
  }
});

test('what is gone is not asked for again: the page leads to what there is', async () => {
  const page = await visit('?product=there-is-no-such-dress');
  await page.getByText('It is not here any more').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await page.getByRole('link', { name: 'See everything' }).click();
  await tiles(page).first().waitFor();
});

test('right to left, the number of products is beside the title, and not in it', async () => {
  const page = await visit('?q=dress');
  await tiles(page).first().waitFor();
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  const gap = (): Promise<number> =>
    page.locator('.bar-title').evaluate((title) => {
      const text = document.createRange();
      text.selectNode(title.firstChild ?? title);
      const count = title.querySelector('.bar-count')?.getBoundingClientRect();
      return text.getBoundingClientRect().left - (count?.right ?? Infinity);
    });
  await soon(async () => (await gap()) > 3);
});

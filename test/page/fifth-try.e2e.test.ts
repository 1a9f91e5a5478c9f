import { expect } from '@jest/globals';
import sharp from 'sharp';
import { testInChromium as test } from './chromium.js';
import {
  DRESS,
  hold,
  pinThree,
  placeOf,
  receiveVisitors,
  SCREENS,
  showPicture,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

const [PHONE] = SCREENS;

// Everything here made somebody hesitate who tried the page after the fourth one.

const { shop, visit } = receiveVisitors();

const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';
/** Longer than "Hold again" is offered to whoever goes on. */
const GIVEN_BACK_MS = 11_000;

test('what was given back stays until the shopper goes on, so that no button comes under the finger', async () => {
  const page = await visit(PRODUCT, { screen: PHONE });
  await hold(page, 'S');
  await hold(page, 'L');
  await page.getByRole('button', { name: 'Give back' }).tap();
  const again = page.getByRole('button', { name: 'Hold again' });
  await again.waitFor();
  await page.waitForTimeout(GIVEN_BACK_MS);
  const kept = page.getByRole('button', { name: 'Give back' });
  expect((await placeOf(kept)).y).toBeLessThan((await placeOf(again)).y);
  await again.tap();
  await page.getByRole('button', { name: /1 more held/ }).waitFor();
});

test('what words find begins below the sizes', async () => {
  const page = await visit('?q=leopard', { screen: PHONE });
  await tiles(page).first().waitFor();
  const sizes = await placeOf(page.locator('.bar-chips').getByRole('button').first());
  const list = await placeOf(page.locator('.masonry'));
  expect(list.y - (sizes.y + sizes.height)).toBeLessThan(24);
});

test('where nobody can tell what a picture shows, the shopper can', async () => {
  const page = await visit('', { screen: PHONE });
  const create = {
    width: 400,
    height: 300,
    channels: 3,
    background: '#000',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  } as const;
  await showPicture(page, await sharp({ create }).jpeg().toBuffer());
  await page.getByText('I can’t tell what this is.').waitFor();
  await page.locator('.bar-chips').getByRole('button', { name: 'Only dresses' }).tap();
  await page.waitForURL(/category=dresses/);
  await page.getByText('I can’t tell what this is.').waitFor();
});

test('what a picture shows is said while other choices are asked for', async () => {
  const page = await visit('', { screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.locator('.known h2').waitFor();
  await tiles(page).first().waitFor();
  await page.evaluate(() => {
    const seen = { expected: 0 };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      seen.expected += document.querySelectorAll('.known-expected').length;
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Only size XL', exact: true }).tap();
  await page.waitForURL(/o\.size=XL/);
  await soon(async () => /\d/.test(await page.locator('.bar-count').innerText()));
  expect(
    await page.evaluate(() => Number(Reflect.get(Reflect.get(window, 'seen') as object, 'expected'))),
  ).toBe(0);
});

test('a price that is typed has no ring in the color of what is wrong', async () => {
  const page = await visit('?q=leopard', { screen: PHONE });
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).tap();
  const price = page.getByRole('dialog', { name: 'Filter' }).locator('.range input').last();
  await price.tap();
  await soon(() => price.evaluate((one) => getComputedStyle(one).outlineStyle === 'solid'));
  expect(
    await price.evaluate((one) => getComputedStyle(one).outlineColor === getComputedStyle(one).color),
  ).toBe(true);
});

test('an order of designs is seen to be on its way', async () => {
  const page = await pinThree(await visit('?q=leopard'));
  await page.getByRole('button', { name: 'Design it' }).click();
  await page.getByText('What should it be?').waitFor();
  // Never answered.
  await page.route('**/graphql', () => {});
  const order = page.getByRole('button', { name: 'Design it' });
  await order.click();
  await soon(() => order.evaluate((one) => Number(getComputedStyle(one).opacity) < 0.7));
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('once a size is chosen, the button that holds it is on the screen', async () => {
  const page = await visit(PRODUCT, { screen: PHONE });
  const size = page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: 'M', exact: true });
  await size.waitFor();
  // As below the bars of a browser.
  await page.setViewportSize({ ...PHONE.viewport, height: 664 });
  const button = page.getByRole('button', { name: 'Choose a size' });
  expect((await placeOf(button)).y).toBeGreaterThan(600);
  await size.tap();
  const holdIt = await placeOf(page.getByRole('button', { name: 'Hold it for me' }));
  expect(holdIt.y + holdIt.height).toBeLessThan(664);
});

test('words that are typed beside a picture are about it, and can be taken back', async () => {
  const page = await visit('', { screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  const field = page.getByRole('combobox', { name: 'Search with words' });
  await field.fill('navy under 200');
  const options = page.locator('.suggestions').getByRole('option');
  expect(await options.first().innerText()).toBe('Like your picture, “navy under 200”');
  expect(await options.first().getAttribute('aria-selected')).toBe('true');
  await field.press('Enter');
  await page.waitForURL(/picture=.*max=200.*with=navy/);
  expect(await field.inputValue()).toBe('');
  await soon(async () => /navy/i.test(await tiles(page).first().locator('.tile-title').innerText()));
  await page.getByRole('button', { name: 'Remove “navy”' }).tap();
  await page.waitForURL((url) => !url.searchParams.has('with') && url.searchParams.has('picture'));
  await field.fill('leopard');
  await options.nth(1).tap();
  await page.waitForURL(/\?q=leopard$/);
});

test('the color of the picture that was tapped is chosen, also after a reload', async () => {
  const page = await visit('', { screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), 'of-calla-loafer-tan.webp'));
  await page.waitForURL(/picture=/);
  const tile = tiles(page).filter({ hasText: 'Calla leather Penny Loafer' }).first();
  await tile.locator('.tile-link').tap();
  const tan = page.getByRole('button', { name: 'tan', exact: true });
  await soon(async () => (await tan.getAttribute('aria-pressed')) === 'true');
  await page.waitForURL(/o\.color=tan/);
  await page.reload();
  await soon(async () => (await tan.getAttribute('aria-pressed')) === 'true');
});

test('a kind within the one that is chosen is instead of it', async () => {
  const page = await visit('?category=tops', { screen: PHONE });
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).tap();
  const kinds = page.getByRole('dialog', { name: 'Filter' }).getByRole('group', { name: 'Category' });
  await kinds.getByRole('button', { name: /^Show all \d+$/ }).tap();
  const within = kinds.getByRole('button', {
    name: /^(?:t-shirts|shirts|polos|hoodies|sweatshirts|tank tops)/,
  });
  await within.first().tap();
  await page.waitForURL((url) => /^tops\/[^,]+$/.test(url.searchParams.getAll('category').join()));
});

test('where there are more sizes than the row has, it leads to them', async () => {
  const page = await visit('?category=bottoms', { screen: PHONE });
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'More sizes' }).tap();
  const sizes = page.getByRole('dialog', { name: 'Filter' }).getByRole('group', { name: 'Size' });
  await sizes.getByRole('button', { name: /^W3\d/ }).last().waitFor();
});

test('a phone on its side shows sizes beside a product, and what looks like a picture beside it', async () => {
  const page = await visit('', { screen: PHONE });
  await page.setViewportSize({ width: 844, height: 390 });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  expect((await placeOf(tiles(page).first())).y).toBeLessThan(300);
  await page.goto(`${shop().url}${PRODUCT}`);
  const size = page.getByRole('group', { name: /^Size/ }).getByRole('button').first();
  const { y, height } = await placeOf(size);
  expect(y + height).toBeLessThan(390);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test('German words beside a picture are those of the catalog, also when a link begins with them', async () => {
  const page = await visit('', { locale: 'de-DE', screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  await page.goto(`${page.url()}&with=marineblau`);
  await page.getByRole('button', { name: '„marineblau“' }).waitFor();
  await soon(async () => /navy/i.test(await tiles(page).first().locator('.tile-title').innerText()));
});

test('no size below a picture is cut off', async () => {
  const page = await visit('?category=bottoms/jeans', { screen: PHONE });
  const sizes = tiles(page).locator('.tile-sizes');
  await sizes.first().waitFor();
  await soon(async () => (await sizes.allInnerTexts()).some((text) => /\bW\d\d \+\d+$/.test(text)));
  const cut = await sizes.evaluateAll(
    (all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
  );
  expect(cut).toBe(0);
});

test('a box at the edge of a picture makes the page no wider', async () => {
  const page = await visit('', { screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(`${page.url()}&box=0.5,0.2,0.5,0.5`);
  await page.locator('.frame').waitFor();
  await tiles(page).first().waitFor();
  expect(await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth])).toEqual([360, 360]);
});

test('a color beside a picture that nothing has is said, unless nobody wants it', async () => {
  const page = await visit('', { screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  const showBags = async (words: string): Promise<void> => {
    const url = new URL(page.url());
    url.searchParams.set('category', 'bags');
    url.searchParams.set('with', words);
    await page.goto(url.href);
    await tiles(page).first().waitFor();
    await soon(async () => /\d/.test(await page.locator('.bar-count').innerText()));
  };
  const said = page.getByText('None of these comes in');
  await showBags('in turquoise');
  await said.waitFor();
  for (const words of ['in navy', 'not turquoise', '-turquoise']) {
    await showBags(words);
    expect(await said.count()).toBe(0);
  }
});

test('a heart among the ideas for the board of somebody else pins on that board', async () => {
  const owner = await visit('', { screen: PHONE });
  await pinThree(owner);
  const link = owner.url();
  const friend = await visit(new URL(link).search, { screen: PHONE });
  await friend.locator('.pin').nth(2).waitFor();
  const idea = friend.getByRole('region', { name: 'Ideas for this board' }).locator('.tile');
  await idea.first().scrollIntoViewIfNeeded();
  await idea.first().locator('.heart').tap();
  await friend
    .getByText(/is on this board\.$/)
    .first()
    .waitFor();
  await owner.reload();
  await owner.locator('.pin').nth(3).waitFor();
});

test('words beside an item that has a name are about that kind of thing, unless otherwise chosen', async () => {
  const page = await visit('', { screen: PHONE });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  const dot = page.locator('.dot').filter({ hasText: 'dresses' }).first();
  await dot.tap();
  await page.waitForURL(/box=/);
  await tiles(page).first().waitFor();
  const field = page.getByRole('combobox', { name: 'Search with words' });
  await field.fill('long sleeves');
  const options = page.locator('.suggestions').getByRole('option');
  await soon(async () => (await options.first().innerText()).includes('Only dresses'));
  expect(await options.nth(1).innerText()).toBe('Like your picture, “long sleeves”');
  await field.press('Enter');
  await page.waitForURL(/category=dresses.*with=long|with=long.*category=dresses/);
});

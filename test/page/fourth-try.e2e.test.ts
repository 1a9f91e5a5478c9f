import { expect } from '@jest/globals';
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

// Everything here made somebody hesitate who tried the page after the third one.

const { shop, visit } = receiveVisitors();

const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';

test('a link that the browser does not let the page copy is shown, to be copied by hand', async () => {
  const page = await visit('?q=leopard');
  await pinThree(page);
  // As on a page without https, and in many apps.
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.getByRole('button', { name: 'Share' }).tap();
  const link = page.getByRole('dialog', { name: 'Copy this link' }).getByRole('textbox');
  await link.tap();
  expect(await link.inputValue()).toBe(page.url());
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(page.url());
});

test('a tap on "Extend" that would add nothing yet is answered', async () => {
  const page = await visit(PRODUCT);
  await hold(page, 'S');
  await page.getByRole('button', { name: 'Extend' }).tap({ force: true });
  await page
    .getByText(
      /Nothing to extend yet: you have it for 10 minutes\. You can extend it in \d+ (?:seconds?|minute)\./,
    )
    .waitFor();
});

test('a color of which no size is left is sold out, before a size is chosen', async () => {
  await shop().gateway.db.query(
    `UPDATE stock_levels SET on_hand = 0 WHERE sku_id IN (SELECT id FROM skus WHERE code LIKE 'HM-RJ7AZ-GRELIGBLU-%')`,
  );
  const page = await visit('?product=halden-mills-noor-shorts-black-camel-green-light-blue');
  await page.getByRole('button', { name: 'Choose a size' }).waitFor();
  await page.getByRole('button', { name: 'green/light blue, sold out' }).tap();
  await page.locator('.stock').getByText('Sold out').waitFor();
  expect(await page.getByRole('button', { name: 'Choose a size' }).count()).toBe(0);
  await page.getByRole('button', { name: 'M · black/camel' }).tap();
  await page.getByRole('button', { name: 'Hold it for me' }).waitFor();
});

test('choices that the gateway could not count stay in the sheet', async () => {
  const page = await visit('?q=dress');
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).tap();
  const sheet = page.getByRole('dialog', { name: 'Filter' });
  await sheet.getByRole('group', { name: 'Brand' }).waitFor();
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const json: unknown = JSON.parse(await response.text(), (key, value: unknown) =>
      key === 'facets' ? null : value,
    );
    await route.fulfill({ response, json });
  });
  await sheet.getByRole('button', { name: /^€50 / }).tap();
  await soon(async () => (await sheet.locator('.chip small').count()) === 0);
  await sheet.getByRole('group', { name: 'Brand' }).waitFor();
  await sheet.getByRole('button', { name: 'Corso Nove' }).waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('the words for what is seen name a brand as it is written', async () => {
  const page = await visit('');
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.locator('.bar-chips').getByText('Corso Nove', { exact: true }).waitFor();
});

test('the corners of a box at the upper edge of a picture can be seen and tapped', async () => {
  const page = await visit('');
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.locator('.dot').first().waitFor();
  await page.goto(`${page.url()}&box=0,0,0.44,0.44`);
  const corner = page.locator('.corner-nw');
  await corner.waitFor();
  const isWhole = (): Promise<boolean> =>
    corner.evaluate((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      const radius = parseFloat(getComputedStyle(one, '::after').width) / 2;
      return document.elementFromPoint(x + width / 2, y + height / 2 - radius + 1) === one;
    });
  await soon(isWhole);
});

test('a kind is called by its name, also with a size', async () => {
  const page = await visit('?category=dresses');
  await page.getByRole('heading', { name: /^Dresses/i }).waitFor();
  await page.getByRole('button', { name: 'Only size M', exact: true }).tap();
  await page.getByRole('button', { name: 'Remove M' }).waitFor();
  await page.getByRole('heading', { name: /^Dresses/i }).waitFor();
});

test('a camera that is refused says where it is allowed, in a sheet no larger than that', async () => {
  const page = await visit('');
  await tiles(page).first().waitFor();
  await page.evaluate(() =>
    Object.assign(navigator.mediaDevices, {
      getUserMedia: () => Promise.reject(new DOMException('', 'NotAllowedError')),
    }),
  );
  await page.getByRole('button', { name: 'Live camera' }).tap();
  const sheet = page.getByRole('dialog', { name: 'Live camera' });
  await sheet.getByText('The settings of your browser').waitFor();
  await soon(async () => ((await sheet.boundingBox())?.height ?? Number.POSITIVE_INFINITY) < 400);
});

test('several holds take the room of one and a line, and each can be reached', async () => {
  const page = await visit(PRODUCT, { screen: PHONE });
  await hold(page, 'S');
  await hold(page, 'L');
  const bar = page.getByRole('region', { name: 'Held for you' });
  expect((await placeOf(bar)).height).toBeLessThan(PHONE.viewport.height / 5);
  expect(await bar.getByRole('link', { name: 'Check out' }).count()).toBe(1);
  const earlier = bar.getByRole('button', { name: /1 more held/ });
  expect(await earlier.getByRole('timer').innerText()).toMatch(/^(?:9:\d\d|10:00)$/);
  await earlier.tap();
  await bar.getByRole('link', { name: 'Check out' }).nth(1).waitFor();
  await bar.getByRole('button', { name: 'Give back' }).first().tap();
  await soon(async () => (await bar.getByRole('button', { name: 'Give back' }).count()) === 1);
  expect(await bar.getByText('L · ').count()).toBe(1);
});

test('a long list of choices is short until it is asked for, and what is chosen is in it', async () => {
  const page = await visit('?category=accessories/scarves');
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).tap();
  const kinds = page.getByRole('dialog', { name: 'Filter' }).getByRole('group', { name: 'Category' });
  const all = kinds.getByRole('button', { name: /^Show all \d+$/ });
  await all.waitFor();
  const names = await kinds.locator('.chip:not(.chip-plain)').allInnerTexts();
  expect(names.length).toBeLessThanOrEqual(9);
  expect(await kinds.locator('.chip-on').count()).toBe(1);
  const count = Number((await all.innerText()).replaceAll(/\D/g, ''));
  await all.tap();
  await soon(async () => (await kinds.locator('.chip').count()) === count);
  expect((await kinds.locator('.chip').allInnerTexts()).slice(0, 8)).toEqual(names.slice(0, 8));
});

test('a product that cannot be reached has a way back', async () => {
  const page = await visit('?q=dress', { allows: /ERR_INTERNET_DISCONNECTED/ });
  await tiles(page).first().waitFor();
  await page.context().setOffline(true);
  await tiles(page).first().locator('.tile-link').tap();
  await page.getByRole('heading', { name: 'You are offline' }).waitFor();
  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await page.waitForURL(/q=dress/);
  await tiles(page).first().waitFor();
});

test('the titles of suggestions are read to their ends', async () => {
  const page = await visit('');
  await page.getByRole('combobox', { name: 'Search with words' }).fill('dress');
  const titles = page.locator('.suggestions li:has(img) span');
  await titles.first().waitFor();
  for (const title of await titles.all())
    expect(await title.evaluate((one) => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(0);
});

test('German words find what a catalog calls in English, and the page says how it searched', async () => {
  const page = await visit('', { locale: 'de-DE' });
  const field = page.getByRole('combobox', { name: 'Mit Worten suchen' });
  await field.fill('fliederes Kleid bis 300');
  await field.press('Enter');
  await page.getByRole('heading', { name: /„fliederes Kleid“.*gesucht als „lilac dresses“/s }).waitFor();
  await tiles(page).first().waitFor();
  for (const title of await tiles(page).locator('.tile-title').allInnerTexts())
    expect(title).toMatch(/dress.*lilac/is);
  // As a link or a reload begins: the market is known, its languages are not yet.
  await page.reload();
  await page.getByText('gesucht als „lilac dresses“').waitFor();
  await tiles(page).first().waitFor();
  await field.fill('Leopardkleid');
  await page.locator('.suggestions').getByText('Rafa leopard').first().waitFor();
});

test('German words stay as they are where the catalog has German texts', async () => {
  const page = await visit('', { locale: 'de-DE' });
  await page.route('**/graphql*', async (route) => {
    const response = await route.fetch();
    const json: unknown = JSON.parse(await response.text(), (key, value: unknown) =>
      key === 'languages' ? ['de-AT'] : value,
    );
    await route.fulfill({ response, json });
  });
  await page.goto(`${shop().url}?q=rotes+Kleid`);
  await page.getByRole('heading', { name: '„rotes Kleid“' }).waitFor();
  await page.getByText('Nichts gefunden').waitFor();
  expect(await page.getByText('gesucht als').count()).toBe(0);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

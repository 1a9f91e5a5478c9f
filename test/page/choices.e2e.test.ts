import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { testInChromium as test } from './chromium.js';
import { DRESS, placeOf, receiveVisitors, SCREENS, showPicture, snapshotOf, soon, tiles } from './visit.js';

const { shop, visit } = receiveVisitors();

const DIALOG = 'dialog[open]';
const showButton = (page: Page) => page.locator(`${DIALOG} .sheet-foot .button`).last();
const shownCount = async (page: Page): Promise<number> =>
  Number(/^Show (\d+)$/.exec(await showButton(page).innerText())?.[1] ?? Number.NaN);

describe.each(SCREENS)('the filters on a $name', (screen) => {
  test('promise no number of a picture’s matches that would not come', async () => {
    const page = await visit('', { screen });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.waitForURL(/picture=/);
    await tiles(page).first().waitFor();
    await page.getByRole('button', { name: 'Filter' }).click();
    const sheet = page.locator(DIALOG);
    const size = sheet.getByRole('button', { name: /^M\b/ });
    await size.waitFor();
    // A part of the catalog may be less than the best 250; then all numbers are exact.
    const promised = await size.locator('small').allInnerTexts();
    expect(await sheet.getByText('Too many match to count each choice.').count()).toBe(
      promised.length === 0 ? 1 : 0,
    );
    await size.click();
    await soon(async () => (await shownCount(page)) > 0);
    expect(promised).toEqual(promised.length === 0 ? [] : [String(await shownCount(page))]);
    // Each group has numbers or says why not, or none has any.
    await soon(async () => {
      const isNumbered = await sheet
        .locator('.facet')
        .filter({ hasNot: page.locator('legend', { hasText: 'In a store' }) })
        .evaluateAll((groups) =>
          groups.map((group) => group.querySelector('.chip small, .facet-note') !== null),
        );
      return isNumbered.length > 2 && new Set(isNumbered).size === 1;
    });
    await showButton(page).click();
  });

  test('count while a price is typed, and say its currency', async () => {
    const page = await visit('?q=dress', { screen });
    await tiles(page).first().waitFor();
    await page.getByRole('button', { name: 'Filter' }).click();
    await soon(async () => (await shownCount(page)) > 0);
    const all = await shownCount(page);
    const price = page.getByRole('group', { name: 'Price' });
    for (const range of await price.getByRole('button').allInnerTexts()) expect(range).toContain('€');
    await price.getByRole('spinbutton', { name: 'To' }).pressSequentially('90');
    // The field still has the focus.
    await soon(async () => (await shownCount(page)) < all);
    await page.waitForURL(/max=90/);
    // A number that is not finished takes nothing away.
    await price.getByRole('spinbutton', { name: 'From' }).pressSequentially('50');
    await soon(() => page.url().includes('min=50'));
    const most = price.getByRole('spinbutton', { name: 'To' });
    await most.fill('1');
    await page.waitForTimeout(600);
    expect(new URL(page.url()).searchParams.get('min')).toBe('50');
    await most.pressSequentially('20');
    await soon(() => page.url().includes('max=120'));
    expect(new URL(page.url()).searchParams.get('min')).toBe('50');
  });

  test('are all in sight once they are chosen, and a size stays among the others', async () => {
    const page = await visit('?q=dress', { screen });
    await tiles(page).first().waitFor();
    await page.getByRole('button', { name: 'Only size L', exact: true }).click();
    await page.waitForURL(/o\.size=L/);
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('group', { name: 'Price' }).getByRole('button').first().click();
    await page.waitForURL(/max=/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove L', exact: true }).waitFor();
    await soon(async () => (await page.locator('.bar-chips .chip-on').count()) === 2);
    for (const chip of await page.locator('.bar-chips .chip-on').all()) {
      const { x, width } = (await chip.boundingBox()) ?? { x: 0, width: Infinity };
      expect(x + width).toBeLessThan(screen.viewport.width);
    }
    const names = (): Promise<string[]> =>
      page.locator('.bar-chips').first().getByRole('button').allInnerTexts();
    const before = await names();
    await page.getByRole('button', { name: 'Remove L', exact: true }).click();
    await page.getByRole('button', { name: 'Only size L', exact: true }).waitFor();
    expect(before.slice(0, 4)).toEqual((await names()).slice(0, 4));
  });
});

describe.each(SCREENS)('words on a $name', (screen) => {
  test('with a price narrow what the other words find', async () => {
    const page = await visit('', { screen });
    const field = page.getByRole('combobox', { name: 'Search with words' });
    await field.fill('dress under 60');
    await field.press('Enter');
    await page.getByRole('heading', { name: '“dress”' }).waitFor();
    await page.waitForURL(/max=60/);
    const price = page.getByRole('button', { name: 'Remove up to €60' });
    await price.waitFor();
    await tiles(page).first().waitFor();
    for (const shown of await tiles(page).locator('.price').allInnerTexts())
      expect(Number(/[\d.]+/.exec(shown)?.[0])).toBeLessThanOrEqual(60);
    expect(await field.inputValue()).toBe('dress');
    await price.click();
    await page.waitForURL((url) => url.search === '?q=dress');
    // The same words in a link.
    await page.goto(`${shop().url}?q=dress+50-60+€`);
    await page.getByRole('button', { name: 'Remove €50 – €60' }).waitFor();
    // Nothing but a price is of all products.
    await field.fill('under 40');
    await field.press('Enter');
    await page.getByRole('heading', { name: /^Your selection/ }).waitFor();
    await page.getByRole('button', { name: 'Remove up to €40' }).waitFor();
  });

  test('with a size narrow it too, and what is suggested obeys both', async () => {
    const page = await visit('', { screen });
    const field = page.getByRole('combobox', { name: 'Search with words' });
    const known = page.waitForResponse((response) => /OPTION/.test(response.request().postData() ?? ''));
    await field.focus();
    await known;
    await field.fill('dress m under 60');
    const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
    await soon(async () => (await options.count()) > 0);
    const words = await options.locator('span').allInnerTexts();
    expect(words.filter((text) => /^dress(?:es)?$/i.test(text))).toHaveLength(1);
    await field.press('Enter');
    await page.getByRole('heading', { name: '“dress”' }).waitFor();
    await page.getByRole('button', { name: 'Remove M', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove up to €60' }).waitFor();
    await tiles(page).first().waitFor();
    expect(new URL(page.url()).searchParams.getAll('o.size')).toEqual(['M']);
    // A size alone is a word.
    await field.fill('M');
    await field.press('Enter');
    await page.getByRole('heading', { name: '“M”' }).waitFor();
  });

  test('that find nothing are offered with one of them left out', async () => {
    const page = await visit('?q=dress+xqzvwk', { screen });
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    const offer = page.getByRole('button', { name: /^(?:over )?\d+ without “xqzvwk”$/ });
    await offer.waitFor();
    expect(
      await page.getByRole('list', { name: 'Fewer words or filters' }).getByRole('listitem').count(),
    ).toBe(1);
    const promised = Number(/\d+/.exec(await offer.innerText())?.[0]);
    await offer.click();
    await page.waitForURL((url) => url.search === '?q=dress');
    await tiles(page).first().waitFor();
    await soon(
      async () => Number(/\d+/.exec(await page.locator('.bar-count').innerText())?.[0]) === promised,
    );
    // A choice is left out like a word, and going back leads to what was asked.
    await page.goto(`${shop().url}?q=dress+under+1`);
    await page.getByRole('button', { name: `${promised} without “up to €1”` }).click();
    await tiles(page).first().waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'No product matches all of that' }).waitFor();
  });
});

const isSizes = (value: unknown): value is { precision: string } =>
  typeof value === 'object' &&
  value !== null &&
  'precision' in value &&
  'name' in value &&
  value.name === 'size';

// A size alone leaves few products, and with another one there would be many.
test('a group of filters that is not counted says so beside those that are', async () => {
  const page = await visit();
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const json: unknown = JSON.parse(await response.text(), (_key, value: unknown) =>
      isSizes(value) ? { ...value, precision: 'AT_LEAST' } : value,
    );
    await route.fulfill({ response, json });
  });
  await page.goto(`${shop().url}?q=dress`);
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).click();
  const group = (name: string) => page.locator(DIALOG).getByRole('group', { name });
  await group('Size not counted').waitFor();
  expect(await group('Size').locator('.chip small').count()).toBe(0);
  expect(await group('Category').locator('.chip small').count()).toBeGreaterThan(0);
  expect(await group('Category').locator('.facet-note').count()).toBe(0);
  expect(await page.getByText('Too many match to count each choice.').count()).toBe(0);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('sizes come before the words for what is seen, one that is chosen in the sheet too', async () => {
  const page = await visit();
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.locator(DIALOG).getByRole('button', { name: /^XL\b/ }).click();
  await page.waitForURL(/o\.size=XL/);
  await page.keyboard.press('Escape');
  const [sizes, words] = [page.locator('.bar-chips').first(), page.locator('.bar-chips').last()];
  await sizes.getByRole('button', { name: 'Remove XL' }).waitFor();
  await words.getByText('Corso Nove').waitFor();
  expect((await placeOf(sizes)).y).toBeLessThan((await placeOf(words)).y);
  await page.reload();
  // Before the list is counted, and after.
  await sizes.getByRole('button', { name: 'Remove XL' }).waitFor();
  await sizes.getByRole('button', { name: 'Only size M', exact: true }).waitFor();
  expect(await sizes.getByRole('button', { name: 'Remove XL' }).count()).toBe(1);
});

test('prices and sizes are read in German too', async () => {
  const page = await visit('', { locale: 'de-DE' });
  const field = page.getByRole('combobox', { name: 'Mit Worten suchen' });
  await field.fill('dress bis zu 60 Euro');
  await field.press('Enter');
  await page.getByRole('heading', { name: '„dress“' }).waitFor();
  await page.getByRole('button', { name: 'bis 60 € entfernen' }).waitFor();
  await field.fill('dress Größe M');
  await field.press('Enter');
  await page.waitForURL(/o\.size=M/);
  await page.getByRole('heading', { name: '„dress“' }).waitFor();
});

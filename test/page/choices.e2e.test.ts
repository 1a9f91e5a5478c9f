import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DRESS, receiveVisitors, SCREENS, showPicture, snapshotOf, soon, tiles } from './visit.js';

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
    await size.click();
    await soon(async () => (await shownCount(page)) > 0);
    expect(promised).toEqual(promised.length === 0 ? [] : [String(await shownCount(page))]);
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
    expect(new URL(page.url()).searchParams.get('max')).toBe('90');
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
});

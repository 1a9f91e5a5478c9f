import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { testInChromium as test } from './chromium.js';
import {
  DRESS,
  hold,
  isStill,
  receiveVisitors,
  SCREENS,
  showPicture,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

const { shop, visit } = receiveVisitors();
const [PHONE, DESK] = SCREENS;
/** A desk at 200 %. */
const ZOOMED = { width: 720, height: 450 };

/** What is cut of the ring around an element by what scrolls around it, in pixels. */
const cutOfRing = (page: Page, selector: string): Promise<number> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const RING = 4;
      const ring = element.getBoundingClientRect();
      const cuts = [0];
      for (let around = element.parentElement; around !== null; around = around.parentElement) {
        if (around === document.body || getComputedStyle(around).overflowY === 'visible') continue;
        const { top, bottom, left } = around.getBoundingClientRect();
        cuts.push(top - (ring.top - RING), ring.bottom + RING - bottom, left - (ring.left - RING));
      }
      return Math.max(...cuts);
    });

/** Whether all of what has the focus is seen, or what fits of it. */
const isSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    if (element === null || element === document.body) return false;
    const { left, top, width, height } = element.getBoundingClientRect();
    // A tile is higher than what is left of a screen: its tools are seen.
    if (height > innerHeight / 3) return true;
    // Round ones have no corners.
    return [0.25, 0.5, 0.75].every((share) => {
      const seen = document.elementFromPoint(left + width / 2, top + height * share);
      return seen !== null && (element.contains(seen) || seen.contains(element));
    });
  });

/** Presses Tab so often; returns the names of what was covered by something else. */
async function coveredIn(page: Page, presses: number, key: string): Promise<string[]> {
  const covered: string[] = [];
  for (let press = 0; press < presses; press += 1) {
    await page.keyboard.press(key);
    if (await isSeen(page)) continue;
    covered.push(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120) ?? ''));
  }
  return covered;
}

// As it was elsewhere: https://github.com/block/buzz/issues/2392
test.each([PHONE, DESK])(
  'the ring around what has the focus is whole in what scrolls: %j',
  async (screen) => {
    const page = await visit('', { screen });
    await page.locator('.bar-chips .chip').first().waitFor();
    await page.locator('.kinds a').first().waitFor();
    expect(await cutOfRing(page, '.bar-chips .chip')).toBeLessThanOrEqual(0);
    expect(await cutOfRing(page, '.kinds a')).toBeLessThanOrEqual(0);
  },
);

// https://github.com/w3c/wcag/issues/1518
test('at 200 %, keys lead to nothing that the header, a hold, or the foot of a sheet covers', async () => {
  const page = await visit('?product=corso-nove-rafa-dress-lilac-black', { screen: DESK });
  await page.setViewportSize(ZOOMED);
  await hold(page, 'M');
  await page.goto(`${shop().url}?q=dress`);
  await tiles(page).first().waitFor();
  await page.locator('.hold').waitFor();
  await page.locator('.bar-head .button').focus();
  expect(await coveredIn(page, 30, 'Tab')).toEqual([]);
  expect(await coveredIn(page, 20, 'Shift+Tab')).toEqual([]);
  await page.locator('.bar-head .button').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('group', { name: 'Size' }).waitFor();
  await isStill(page);
  expect(await coveredIn(page, 24, 'Tab')).toEqual([]);
  expect(await coveredIn(page, 16, 'Shift+Tab')).toEqual([]);
  await page.keyboard.press('Escape');
  // Nothing scrolls sideways.
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Hold again' }).waitFor();
});

test('what is held covers nothing at the end of the page', async () => {
  const page = await visit('?product=corso-nove-rafa-dress-lilac-black', { screen: PHONE });
  await hold(page, 'M');
  await page.goto(`${shop().url}?q=leopard&o.size=XS`);
  await page.getByText('That is all there is.').waitFor();
  const bar = page.locator('.hold');
  await bar.waitFor();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const bottomOf = async (selector: string): Promise<number> =>
    page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);
  await soon(
    async () => (await bottomOf('.footer')) <= (await bar.evaluate((one) => one.getBoundingClientRect().top)),
  );
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Hold again' }).waitFor();
});

/** The value of a property, as it is shown. */
const shown = (page: Page, selector: string, property: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

// Selected or not, all looked the same: https://github.com/w3c/aria-practices/issues/297
describe('with the colors of the system', () => {
  test('what is chosen looks chosen, and colors are colors', async () => {
    const page = await visit('?q=dress&o.size=M', { screen: DESK });
    await page.emulateMedia({ forcedColors: 'active' });
    await page.locator('.bar-chips .chip-on').waitFor();
    const chosen = await shown(page, '.bar-chips .chip-on', 'background-color');
    expect(chosen).not.toBe(await shown(page, '.bar-chips .chip:not(.chip-on)', 'background-color'));
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.locator('.sheet .swatch').first().waitFor();
    const colors = await page
      .locator('.sheet .swatch')
      .evaluateAll((all) => all.map((swatch) => getComputedStyle(swatch).backgroundColor));
    expect(new Set(colors).size).toBeGreaterThan(2);
    expect(await shown(page, '.sheet', 'border-inline-start-style')).toBe('solid');
    await page.keyboard.press('Escape');
    const field = page.getByRole('combobox', { name: 'Search with words' });
    await field.fill('leop');
    await page.locator('.suggestions li').nth(1).waitFor();
    await soon(async () => {
      const background = await page.evaluate(() => {
        const selected = document.querySelector('.suggestions li[aria-selected=true]');
        return selected === null ? null : getComputedStyle(selected).backgroundColor;
      });
      // While the words are still looked up, what is suggested next begins without a selection.
      if (background === null) await field.press('ArrowDown');
      return background === chosen;
    });
    expect(await shown(page, '.search input', 'outline-style')).toBe('solid');
  });

  test('the box on a picture is seen', async () => {
    const page = await visit('', { screen: DESK });
    await page.emulateMedia({ forcedColors: 'active' });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.locator('.dot').first().waitFor();
    await page.getByRole('button', { name: 'Search a part' }).click();
    await page.locator('.frame').waitFor();
    expect(await shown(page, '.frame', 'box-shadow')).not.toBe('none');
  });
});

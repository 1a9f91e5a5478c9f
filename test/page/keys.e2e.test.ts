import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { testInChromium as test } from './chromium.js';
import {
  BOARD_BUTTON,
  DRESS,
  endHoldsIn,
  receiveVisitors,
  SCREENS,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

const { shop, visit } = receiveVisitors();
const DESK = { screen: SCREENS[1] };

/** What a screen reader calls the thing that has the focus, about. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    const label =
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement
        ? element.labels?.[0]
        : null;
    return element?.getAttribute('aria-label') ?? label?.textContent ?? element?.textContent ?? '';
  });

const MOST_PRESSES = 80;

/** Presses Tab until that has the focus. */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    await page.keyboard.press(key);
    if (name.test(await focused(page))) return;
  }
  throw new Error(`No press of Tab leads to ${String(name)}`);
}

/** Tab, then Enter. */
async function press(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  await tabTo(page, name, key);
  await page.keyboard.press('Enter');
}

const isWithin = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((around) => document.activeElement?.closest(around) != null, selector);

/** What is said to people who cannot see the page, until it is this. */
const isSaid = (page: Page, text: RegExp): Promise<void> =>
  soon(async () => (await page.getByRole('status').allInnerTexts()).some((said) => text.test(said)));

async function openPicture(page: Page): Promise<void> {
  await tiles(page).first().waitFor();
  const chosen = page.waitForEvent('filechooser');
  await press(page, /^ ?Use a picture$/);
  await (
    await chosen
  ).setFiles({
    name: 'photo.jpg',
    mimeType: 'image/jpeg',
    buffer: await snapshotOf(shop(), DRESS),
  });
  await page.waitForURL(/picture=/);
  await page.locator('.dot').first().waitFor();
  await tiles(page).first().waitFor();
}

describe('keys alone', () => {
  test('show a picture, draw a box, move it, give it up, and choose a dot', async () => {
    const page = await visit('', DESK);
    await openPicture(page);
    await soon(() => isWithin(page, '#main'));
    await press(page, /Search a part/);
    await soon(() => isWithin(page, '.frame'));
    // Nobody guesses it, and it is of no use to a finger.
    await page.getByText('Arrow keys move it, with Shift they resize it.').waitFor();
    await page.waitForURL(/box=/);
    const box = (): number[] => (new URL(page.url()).searchParams.get('box') ?? '').split(',').map(Number);
    const [left = 0, , , height = 0] = box();
    await page.keyboard.press('ArrowRight');
    await soon(() => (box()[0] ?? 0) > left);
    await page.keyboard.press('Shift+ArrowDown');
    await soon(() => (box()[3] ?? 0) > height);
    // The move before must not bring the box back.
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await soon(() => isWithin(page, '[data-part]'));
    await page.waitForTimeout(500);
    expect(page.url()).not.toContain('box=');
    await press(page, /^Find this|^Item \d/, 'Shift+Tab');
    await page.waitForURL(/box=/);
    await press(page, /Whole picture/);
    await soon(() => isWithin(page, '[data-part]'));
    expect(page.url()).not.toContain('box=');
  });

  test('pin their own picture, and find it on the board', async () => {
    const page = await visit('', DESK);
    await openPicture(page);
    await press(page, /^ ?Pin$/);
    await isSaid(page, /Your picture is on your board/);
    // The button that was pressed still has the focus, and takes the picture off again.
    expect(await focused(page)).toMatch(/Pin/);
    const address = page.url();
    await page.keyboard.press('Shift+Tab');
    await page.evaluate(() => document.querySelector<HTMLElement>('.wordmark')?.focus());
    await press(page, BOARD_BUTTON);
    await page.getByRole('list', { name: 'Pins' }).getByRole('link').first().waitFor();
    await tabTo(page, /^$/);
    await page.keyboard.press('Enter');
    await page.waitForURL(address);
    const again = page.getByRole('button', { name: 'Pin', exact: true });
    await soon(async () => (await again.getAttribute('aria-pressed')) === 'true');
  });

  test('narrow a list and take that back, and stay where they are', async () => {
    const page = await visit('?q=dress', DESK);
    await tiles(page).first().waitFor();
    await press(page, /^Only size M$/);
    await page.getByRole('button', { name: 'Remove M' }).waitFor();
    await soon(() => isWithin(page, '.bar'));
    await isSaid(page, /^\d+\s+Products$/);
    // It is where it was, and so is the focus.
    expect(await focused(page)).toBe('Remove M');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Only size M', exact: true }).waitFor();
    await soon(() => isWithin(page, '.bar'));
    await press(page, /Filter/, 'Shift+Tab');
    const sheet = page.getByRole('dialog', { name: 'Filter' });
    // Tabs of a test come faster than a frame, and the sheet takes several.
    await sheet.getByRole('group').nth(3).waitFor();
    await page.evaluate(() => {
      const dialog = document.querySelector('dialog');
      if (dialog === null) throw new Error('No sheet is open.');
      const fewest = { facets: Number.POSITIVE_INFINITY };
      Object.assign(window, { fewest });
      new MutationObserver(() => {
        fewest.facets = Math.min(fewest.facets, dialog.querySelectorAll('fieldset').length);
      }).observe(dialog, { childList: true, subtree: true });
    });
    await press(page, /^leopard/);
    await soon(async () => (await sheet.getByRole('button', { pressed: true }).count()) === 1);
    expect(await focused(page)).toMatch(/^leopard/);
    await page.waitForURL(/a\.pattern=leopard/);
    await page.waitForTimeout(500);
    // Never empty in between.
    expect(
      await page.evaluate(() => Number(Reflect.get(Reflect.get(window, 'fewest') as object, 'facets'))),
    ).toBeGreaterThan(2);
    expect(await focused(page)).toMatch(/^leopard/);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(await focused(page)).toMatch(/Filter/);
    await tabTo(page, /^Remove leopard$/);
    await page.keyboard.press('Space');
    await soon(() => isWithin(page, '.bar'));
  });

  test('sort, choose another market, and find shops near them', async () => {
    const page = await visit('?q=dress', DESK);
    await page.context().grantPermissions(['geolocation']);
    await page.context().setGeolocation({ latitude: 40.73, longitude: -73.99 });
    await tiles(page).first().waitFor();
    await tabTo(page, /Sort by/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.waitForURL(/sort=PRICE_ASC/);
    await press(page, /Filter/);
    await press(page, /^Stores near me$/);
    const sheet = page.getByRole('dialog', { name: 'Filter' });
    const store = sheet.getByRole('button', { name: / km$/ }).first();
    await store.waitFor();
    await soon(() => isWithin(page, 'dialog'));
    await press(page, / km$/);
    await page.waitForURL(/store=/);
    expect(new URL(page.url()).searchParams.get('market')).not.toBeNull();
    await page.keyboard.press('Escape');
    await page.evaluate(() => document.querySelector<HTMLElement>('.wordmark')?.focus());
    await tabTo(page, /^Market/);
    await page.keyboard.press('ArrowDown');
    await soon(() => !page.url().includes('store='));
  });

  test('hold, extend and give back, and are told so', async () => {
    const page = await visit('?product=corso-nove-rafa-dress-lilac-black', DESK);
    await page.getByRole('group', { name: /^Size/ }).waitFor();
    await press(page, /^M$/);
    await press(page, /Hold it for me/);
    await isSaid(page, /is held for you/);
    await soon(() => isWithin(page, '.hold'));
    const timer = page.getByRole('timer');
    await endHoldsIn(shop(), 5);
    await page.reload();
    await timer.waitFor();
    await press(page, /^Extend$/);
    await soon(async () => /^(?:9:\d\d|10:00)$/.test(await timer.innerText()));
    expect(await focused(page)).toBe('Extend');
    await press(page, /^Give back$/);
    await timer.waitFor({ state: 'detached' });
    // What was pressed is gone; beside it is the way to hold it again.
    await soon(() => isWithin(page, '.holds'));
    await press(page, /^Hold again$/);
    await isSaid(page, /is held for you/);
    await soon(() => isWithin(page, '.hold'));
    await press(page, /^Give back$/);
    await timer.waitFor({ state: 'detached' });
  });

  test('pin, unlike, unpin and share', async () => {
    const page = await visit('?q=leopard', DESK);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await tiles(page).first().waitFor();
    await press(page, /^Pin /);
    await isSaid(page, /is on your board/);
    expect(await focused(page)).toMatch(/^Pin /);
    await page.evaluate(() => document.querySelector<HTMLElement>('.wordmark')?.focus());
    await press(page, BOARD_BUTTON);
    await tiles(page).first().waitFor();
    await press(page, /^Less like /);
    await page.getByText('Not like this').waitFor();
    await soon(() => isWithin(page, '#main'));
    await press(page, /^Share$|^ Share$/, 'Shift+Tab');
    const copied = page.locator('.told', { hasText: 'Link copied' });
    await copied.waitFor();
    // The button shares again: it does not say for good what it did once.
    await page.getByRole('button', { name: 'Share', exact: true }).waitFor();
    await copied.waitFor({ state: 'detached' });
    await press(page, /off the board$/);
    await isSaid(page, /is off the board/);
    await soon(() => isWithin(page, '.pins'));
    // The same button puts it back.
    expect(await focused(page)).toMatch(/^Undo: put /);
    await page.keyboard.press('Enter');
    await isSaid(page, /is back on the board/);
    await soon(() => isWithin(page, '.pins'));
  });

  test('open and close the camera and the panel for engineers', async () => {
    const page = await visit('', DESK);
    await tiles(page).first().waitFor();
    await press(page, /Live camera/);
    await page.getByRole('dialog', { name: 'Live camera' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toMatch(/Live camera/);
    await page.reload();
    await press(page, /Skip to the foot/);
    await press(page, /For developers/);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toMatch(/For developers/);
  });

  test('skip the header, without a place of its own in the history', async () => {
    const page = await visit('?q=dress', DESK);
    await tiles(page).first().waitFor();
    await press(page, /Skip to the content/);
    expect(await isWithin(page, '#main')).toBe(true);
    expect(page.url()).not.toContain('#');
  });
});

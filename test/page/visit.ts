import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { until } from '../support/waiting.js';
import { openChromium } from '../../bench/chromium.js';
import { hasChromium } from './chromium.js';
import { openShop, type Shop } from './shop.js';

/** Importing a part of the demo catalog on a busy machine. */
const START_MS = 300_000;
/** Chromium, the gateway, and Postgres share the cores with other test files. */
const WAIT_MS = 90_000;

export const SCREENS = [
  { name: 'phone', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  { name: 'desk', viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false },
] as const;

export interface Visit {
  readonly screen?: (typeof SCREENS)[number];
  readonly locale?: string;
  /** Pixels of the screen in one of the page, along a side. */
  readonly density?: number;
  /** What the browser may complain about. */
  readonly allows?: RegExp;
}

/** A shop and a browser for the tests of one file. */
export interface Visitors {
  /** There once the tests run. */
  readonly shop: () => Shop;
  /** Opens the page as a new visitor. Whatever the browser complains about fails the test. */
  readonly visit: (query?: string, how?: Visit) => Promise<Page>;
}

/** To be called once in a file, outside of its tests. */
export function receiveVisitors(): Visitors {
  jest.setTimeout(5 * WAIT_MS);
  let opened: { shop: Shop; browser: Browser } | undefined;
  const there = (): { shop: Shop; browser: Browser } => {
    if (opened === undefined) throw new Error('The shop is not open.');
    return opened;
  };
  beforeAll(async () => {
    if (hasChromium) opened = { shop: await openShop(), browser: await openChromium() };
  }, START_MS);
  afterAll(async () => {
    await opened?.browser.close();
    await opened?.shop.close();
  });

  const open: BrowserContext[] = [];
  const complaints: string[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });

  return {
    shop: () => there().shop,
    async visit(query = '', { screen = SCREENS[0], locale = 'en-US', density = 1, allows } = {}) {
      const { name: _name, ...device } = screen;
      const { browser, shop } = there();
      const context = await browser.newContext({
        ...device,
        deviceScaleFactor: density,
        locale,
        // It would be between the page and what a test says of the network; loading.e2e.test.ts has it.
        serviceWorkers: 'block',
      });
      context.setDefaultTimeout(WAIT_MS);
      open.push(context);
      const page = await context.newPage();
      page.on('console', (message) => {
        const isExpected = /503|blocked by Playwright/.test(message.text());
        if (
          ['error', 'warning'].includes(message.type()) &&
          !isExpected &&
          allows?.test(message.text()) !== true
        )
          complaints.push(message.text());
      });
      page.on('pageerror', ({ message }) => complaints.push(message));
      await addUpShifts(page);
      await page.goto(`${shop.url}${query}`);
      return page;
    },
  };
}

/** Added up from the first paint on: whatever moves without the shopper. */
const addUpShifts = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        if ('value' in entry && 'hadRecentInput' in entry && entry.hadRecentInput === false)
          shifts.sum += Number(entry.value);
    }).observe({ type: 'layout-shift', buffered: true });
  });

export const shiftsOf = (page: Page): Promise<number> =>
  page.evaluate(() => Number(Reflect.get(Reflect.get(window, 'shifts') as object, 'sum')));

export const soon = (holds: () => Promise<boolean> | boolean): Promise<void> =>
  until('the page shows it', holds);

const SETTLED_MS = 150;

/** What is read twice in a row: pictures, texts, and fonts may still come. */
export async function settled<T>(read: () => Promise<T>): Promise<T> {
  let last = await read();
  await soon(async () => {
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const before = last;
    last = await read();
    return JSON.stringify(last) === JSON.stringify(before);
  });
  return last;
}

/** Resolves once nothing fades or slides any more, but for what goes with how far something is scrolled. */
export const isStill = (page: Page): Promise<void> =>
  soon(() =>
    page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ timeline }) => timeline instanceof DocumentTimeline)
        .every(({ effect }) => effect?.getComputedTiming().endTime === Infinity),
    ),
  );

/** Where an element is, once it moves no more. */
export async function placeOf(element: Locator): Promise<Box> {
  const box = await settled(() => element.boundingBox());
  if (box === null) throw new Error('The element is not shown.');
  return box;
}

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

export const tiles = (page: Page) => page.locator('.tile:not(.tile-expected)');

/** What the button of the header that leads to a board is called, with and without pins. */
export const BOARD_BUTTON = /^Your board(?:: \d+ pinned)?$/;

/** Pins the first three products of a list, and opens the board. */
export async function pinThree(page: Page): Promise<Page> {
  for (const index of [0, 1, 2]) {
    const tile = tiles(page).nth(index);
    await tile.waitFor();
    await tile.hover();
    await tile.locator('.heart').click();
    // Full at once, and no longer busy once it is on the board.
    await tile.locator('.heart-full[aria-disabled=false]').waitFor();
  }
  await page.getByRole('button', { name: BOARD_BUTTON }).click();
  await soon(async () => (await page.locator('.pin').count()) === 3);
  await tiles(page).first().waitFor();
  return page;
}

/** Shows a picture, as a shopper who picks a file. */
export async function showPicture(page: Page, buffer: Buffer, mimeType = 'image/jpeg'): Promise<void> {
  await page.locator('.hero input[type=file]').setInputFiles({ name: 'photo.jpg', mimeType, buffer });
}

/** A garment of the shop as somebody else's JPEG. */
export const snapshotOf = async (shop: Shop, name: string): Promise<Buffer> =>
  sharp(shop.image(name)).resize(600).jpeg().toBuffer();

export const DRESS = 'cn-rafa-dress-lilac.webp';

/** Chooses a size of the product that is shown, and holds it. */
export async function hold(page: Page, size: string): Promise<void> {
  await page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: size, exact: true }).click();
  await page.getByRole('button', { name: 'Hold it for me' }).click();
  await page.getByRole('button', { name: 'Held for you', exact: true }).waitFor();
}

/** Ends all holds in so many minutes, as the time would. */
export async function endHoldsIn(shop: Shop, minutes: number): Promise<void> {
  const end = `clock_timestamp() + interval '${minutes} minutes'`;
  await shop.gateway.db.query(`UPDATE holds SET expires_at = ${end} WHERE status = 'ACTIVE'`);
  await shop.gateway.db.query(`UPDATE hold_lines SET expires_at = ${end} WHERE active`);
}

/** Lets a device sleep: its clock goes on, and so does that of the gateway. */
export async function sleepFor(page: Page, ms: number): Promise<void> {
  let slept = 0;
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const date = new Date(Date.now() + slept).toUTCString();
    await route.fulfill({ response, headers: { ...response.headers(), date } });
  });
  slept = ms;
  await page.evaluate((ms) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + ms;
  }, ms);
}

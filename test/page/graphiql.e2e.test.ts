import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import { pino } from 'pino';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { openChromium } from '../../bench/chromium.js';
import { importFeed } from '../../src/import/import-feed.js';
import { type Encoder, openEncoder } from '../../src/vision/encoder.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';
import { smallEncoderFolder } from '../support/small-encoder.js';
import { until } from '../support/waiting.js';
import { hasChromium, testInChromium as test } from './chromium.js';

/** Chromium, the gateway, and Postgres share the cores with other test files. */
const WAIT_MS = 90_000;
jest.setTimeout(5 * WAIT_MS);

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let encoder: Encoder;
let gateway: TestGateway;
let url: string;
let browser: Browser;

beforeAll(async () => {
  if (!hasChromium) return;
  encoder = await openEncoder({ directory: smallEncoderFolder() });
  gateway = await startTestGateway(
    async (db, images) => {
      const folder = await writeShop();
      const log = pino({ level: 'silent' });
      const feed = join(folder, 'feed.tsv');
      await importFeed({ db, encoder, images, log, progress: silentProgress }, { feed });
      await rm(folder, { recursive: true });
    },
    { encoder },
  );
  url = (await gateway.listen()).replace('ws', 'http').replace('/graphql', '/graphiql');
  browser = await openChromium();
});
afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await gateway.close();
  await encoder.close();
});

/** The feed of a shop that has nothing in common with the demo: pots in five colors, without sizes or styles. */
async function writeShop(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-pots-'));
  const colors = ['red', 'green', 'blue', 'gray', 'gold'];
  for (const background of colors)
    await sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toFile(join(folder, `${background}.png`));
  const rows = colors.map((color) => `POT-${color}\tPot, ${color}\t${color}.png\tin_stock\t9.50 EUR\t7\n`);
  const head = 'id\ttitle\timage_link\tavailability\tprice\tquantity\n';
  await writeFile(join(folder, 'feed.tsv'), head + rows.join(''));
  return folder;
}

const open: BrowserContext[] = [];
const complaints: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((context) => context.close()));
  expect(complaints.splice(0)).toEqual([]);
});

/** Opens GraphiQL in a profile of its own. Whatever the browser complains about fails the test. */
async function visit(query = '', device: Parameters<Browser['newContext']>[0] = DESK): Promise<Page> {
  const context = await browser.newContext(device);
  context.setDefaultTimeout(WAIT_MS);
  open.push(context);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(`${url}${query}`);
  await tabs(page).first().waitFor();
  return page;
}

const tabs = (page: Page) => page.getByRole('tab');
const namesOfTabs = async (page: Page) => (await tabs(page).allInnerTexts()).map((name) => name.trim());
const openedTab = async (page: Page) => (await page.locator('.graphiql-tab-active').innerText()).trim();
const operation = (page: Page) => page.locator('.graphiql-query-editor');
const variables = (page: Page) => page.locator('.graphiql-editor-tool');
const answer = (page: Page) => page.locator('.result-window');

async function execute(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Execute query/ }).click();
}

/** Presses where the tab is, and does not look where it went: as somebody with a mouse. */
async function pressTab(page: Page, name: string): Promise<void> {
  const box = await tabs(page).filter({ hasText: name }).boundingBox();
  if (box === null) throw new Error(`There is no tab ${name}`);
  await page.mouse.move(box.x + 20, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(60);
  await page.mouse.up();
}

test('on a first visit, the first click on each tab opens it', async () => {
  const names = await namesOfTabs(await visit());
  expect(names).toEqual(['NewestAndAlike', 'APhotoIn', 'WhatThereIs']);
  for (const name of names) {
    const page = await visit();
    await pressTab(page, name);
    await until(`${name} is open`, async () => (await openedTab(page)) === name);
    await operation(page).getByText(`query ${name}`).first().waitFor();
  }
});

test('with more tabs than fit, and after they changed their sizes, the first click on each opens it', async () => {
  const page = await visit();
  const samples = await page.locator('.menu-groups b').allTextContents();
  for (const name of samples) {
    await page.goto(`${url}?operation=${name}`);
    await until(`${name} is kept`, () =>
      page.evaluate(
        (title) => localStorage.getItem('graphiql:tabState')?.includes(`"${title}"`) ?? false,
        name,
      ),
    );
  }
  expect([...(await namesOfTabs(page))].sort()).toEqual([...samples].sort());
  await page.setViewportSize({ width: 1000, height: 700 });
  for (const name of samples) {
    await tabs(page).filter({ hasText: name }).scrollIntoViewIfNeeded();
    await pressTab(page, name);
    await until(`${name} is open`, async () => (await openedTab(page)) === name);
  }
});

test('the first tab answers, whatever the catalog has', async () => {
  const page = await visit();
  await execute(page);
  await answer(page).getByText('Pot, gold').first().waitFor();
  await expect(answer(page).innerText()).resolves.not.toContain('errors');
});

test('the menu has each sample operation, and opens it with SKUs of this catalog', async () => {
  const page = await visit();
  const summary = page.getByText('Sample operations');
  await summary.click();
  const groups = await page.locator('.menu-groups h2').allTextContents();
  expect(groups).toEqual(['Start here', 'Search', 'From a photo', 'Buy', 'Facts and boards']);
  const files = await readdir(new URL('../../schema/operations/explore/', import.meta.url), {
    recursive: true,
  });
  const samples = files.filter((file) => file.endsWith('.graphql'));
  expect(await page.locator('.menu-groups a').count()).toBe(samples.length);
  await page.keyboard.press('Escape');
  await page.locator('.menu-groups').waitFor({ state: 'hidden' });
  await summary.click();
  await page.getByRole('link', { name: /HoldIt/ }).click();
  await operation(page).getByText('mutation HoldIt').waitFor();
  expect(await openedTab(page)).toBe('HoldIt');
  await variables(page)
    .getByText(/"sku":\s"\w/)
    .waitFor();
  await execute(page);
  await answer(page).getByText('"ACTIVE"').waitFor();
});

test('each visit finds the tabs as they were, without another one', async () => {
  const page = await visit('?operation=WatchStock');
  expect(await namesOfTabs(page)).toEqual(['WatchStock']);
  // GraphiQL keeps its tabs half a second after they changed.
  await page.waitForFunction(() => (localStorage.getItem('graphiql:tabState') ?? '').includes('WatchStock'));
  await page.reload();
  await tabs(page).first().waitFor();
  expect(await namesOfTabs(page)).toEqual(['WatchStock']);
  await page.goto(url);
  await tabs(page).first().waitFor();
  expect(await namesOfTabs(page)).toEqual(['WatchStock']);
  await page.goto(`${url}?operation=NoSuchOperation`);
  await tabs(page).first().waitFor();
  expect(await namesOfTabs(page)).toEqual(['WatchStock']);
});

test('what is typed is kept, and so are its variables', async () => {
  const page = await visit(`?${new URLSearchParams({ query: '{ channel { handle } }' }).toString()}`);
  await operation(page).locator('.view-lines').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' # mine');
  await page.waitForTimeout(1_500);
  await page.reload();
  await operation(page).getByText('mine').waitFor();
  expect(await tabs(page).count()).toBe(1);
});

test('files are downloaded once', async () => {
  const page = await visit();
  await operation(page).getByText('NewestAndAlike').first().waitFor();
  // What is still on its way when the page is left was not downloaded, and workers may ask for more at any time.
  let downloaded = new Map<string, number>();
  await until('most files have arrived', async () => {
    downloaded = await arrived(page);
    return downloaded.size >= 4;
  });
  await page.reload();
  await until('the same files have arrived again', async () => {
    const again = await arrived(page);
    return [...downloaded.keys()].every((name) => again.has(name));
  });
  const again = await arrived(page);
  expect([...downloaded.keys()].filter((name) => again.get(name) !== 0)).toEqual([]);
});

/** The files of the page that have arrived whole, and how many bytes of each came over the network. */
async function arrived(page: Page): Promise<Map<string, number>> {
  const files = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .flatMap((entry): [string, number][] =>
        entry instanceof PerformanceResourceTiming && entry.name.includes('/page/')
          ? [[entry.name, entry.transferSize]]
          : [],
      ),
  );
  return new Map(files);
}

test('on a phone, the answer is below the operation, and nothing is cut off', async () => {
  const page = await visit('', PHONE);
  await execute(page);
  await answer(page).getByText('Pot, gold').first().waitFor();
  const [above, below] = await Promise.all([operation(page).boundingBox(), answer(page).boundingBox()]);
  expect(below?.y).toBeGreaterThan((above?.y ?? 0) + 100);
  expect(above?.width).toBeGreaterThan(300);
  expect(below?.width).toBeGreaterThan(300);
  expect((below?.y ?? 0) + (below?.height ?? 0)).toBeLessThanOrEqual(844);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByText('Sample operations').tap();
  await page.getByRole('link', { name: /WhatThereIs/ }).tap();
  await operation(page).getByText('query WhatThereIs').waitFor();
});

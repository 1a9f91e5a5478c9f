/**
 * Takes the pictures of docs/page.md, and that of GraphiQL, from a gateway with the demo catalog:
 * `npm run pictures -- http://127.0.0.1:4000`
 */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { openChromium } from './chromium.js';

const PHOTO = fileURLToPath(new URL('../catalog/images/cn-rafa-dress-lilac.webp', import.meta.url));
const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const QUALITY = 82;
/** A gateway that just started has models to load. */
const WAIT_MS = 120_000;

const DESK = { viewport: { width: 1_440, height: 900 } };
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  colorScheme: 'dark',
} as const;

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('Give the URL of a gateway with the demo catalog.');
const browser = await openChromium();
try {
  await take(browser, DESK, 'page-desk.webp');
  await take(browser, PHONE, 'page-phone.webp');
  await takeGraphiQL(browser);
} finally {
  await browser.close();
}

/** Shows a photo of a dress, and pictures what comes out. */
async function take(
  chromium: Browser,
  device: NonNullable<Parameters<Browser['newContext']>[0]>,
  file: string,
): Promise<void> {
  const context = await chromium.newContext(device);
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(url ?? '');
  const photo = await sharp(PHOTO)
    .rotate(3, { background: '#e9e7e4' })
    .modulate({ brightness: 0.93 })
    .jpeg()
    .toBuffer();
  await page
    .locator('.hero input[type=file]')
    .setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
  await page.locator('.dot').first().waitFor();
  await page.locator('.known-more > summary').waitFor();
  await page.locator('.bar-chips .chip').first().waitFor();
  await picturesOf(page);
  await save(page, file);
  await context.close();
}

/** An operation with its answer, and the menu of the others. */
async function takeGraphiQL(chromium: Browser): Promise<void> {
  const context = await chromium.newContext(DESK);
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(new URL('/graphiql', url).href);
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window').getByText('"score"').first().waitFor();
  await page.getByText('Sample operations').click();
  await save(page, 'graphiql.webp');
  await context.close();
}

async function save(page: Page, file: string): Promise<void> {
  await sharp(await page.screenshot())
    .webp({ quality: QUALITY })
    .toFile(`${DOCS}${file}`);
}

/** Waits until the pictures in the first tiles are there and have faded in. */
async function picturesOf(page: Page): Promise<void> {
  for (const tile of (await page.locator('.tile').all()).slice(0, 6))
    await tile.locator('.picture-there').waitFor();
  await page.waitForTimeout(600);
}

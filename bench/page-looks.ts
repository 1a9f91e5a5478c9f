import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { z } from 'zod';
import { noChromium, openChromium } from './chromium.js';
import { demoImages } from './demo-images.js';
import { openPhone } from './page-phone.js';
import { openShop } from './shop.js';
import { percentile } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const BOXES = 20;
const FRAMES = 40;
/** What a shopper waits for after letting go of a box, and after a frame of the camera, in milliseconds. */
const MOST_MS = 150;
const FIRST_BOXES = 3;
const POLL_MS = 50;
/** Two minutes. */
const MAX_POLLS = 2_400;

const waits = z.array(z.number());

export const benchmarks: Benchmark[] = [
  {
    name: 'box',
    description: 'from letting go of a box on a picture to the first new product on the screen',
    skip: () => noChromium,
    async run(report, progress) {
      const shop = await openShop();
      const browser = await openChromium();
      try {
        const { url } = await shop.serve();
        for (const [device, open] of [
          ['at a desk', openDesk],
          ['on a phone', async () => (await openPhone(browser)).page],
        ] as const) {
          progress(device);
          const page = await open(browser);
          reportWaits(report, `after letting go of a box, ${device}`, await drawBoxes(page, url));
          await page.context().close();
        }
      } finally {
        await browser.close();
        await shop.close();
      }
    },
  },
  {
    name: 'live-camera',
    description:
      'from a frame of the camera to the products that look like it, for a camera that sees a garment each half second',
    skip: () => noChromium,
    async run(report, progress) {
      const shop = await openShop();
      const folder = await mkdtemp(join(tmpdir(), 'vitrine-camera-'));
      const browser = await openChromium(await filmGarments(folder));
      try {
        const { url } = await shop.serve();
        progress('the camera');
        const page = await openDesk(browser);
        reportWaits(report, 'after a frame of the camera', await followCamera(page, url));
      } finally {
        await browser.close();
        await shop.close();
        await rm(folder, { recursive: true });
      }
    },
  },
];

/** The median, and what nineteen of twenty stay below. */
function reportWaits(report: (measurement: Measurement) => void, name: string, all: readonly number[]): void {
  report({ name: `${name}: median`, unit: 'ms', a: [percentile(all, 0.5)], b: [] });
  const target = { of: 'a', op: '<=', value: MOST_MS } as const;
  report({ name: `${name}: 95th percentile`, unit: 'ms', a: [percentile(all, 0.95)], b: [], target });
}

const openDesk = async (browser: Browser): Promise<Page> =>
  (await browser.newContext({ viewport: { width: 1_440, height: 900 } })).newPage();

/** Draws boxes of many places and sizes, one after the other; returns for how long each waits for its products. */
async function drawBoxes(page: Page, url: string): Promise<number[]> {
  await page.addInitScript(watchBoxes);
  await page.goto(url);
  const photo = await sharp(fileURLToPath(PHOTO)).resize(900).jpeg().toBuffer();
  await page
    .locator('.hero input[type=file]')
    .setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
  await page.locator('.known h2').waitFor();
  await page.locator('.tile[aria-posinset]').first().waitFor();
  const stage = await page.locator('.stage').boundingBox();
  if (stage === null) throw new Error('There is no picture.');
  for (let drawn = 0; drawn < BOXES + FIRST_BOXES; drawn += 1) {
    const x = stage.x + stage.width * (0.1 + 0.3 * ((drawn * 0.37) % 1));
    const y = stage.y + stage.height * (0.05 + 0.3 * ((drawn * 0.61) % 1));
    const side = 0.35 + 0.2 * ((drawn * 0.23) % 1);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + (stage.width * side) / 2, y + (stage.height * side) / 2, { steps: 4 });
    await page.mouse.move(x + stage.width * side, y + stage.height * side, { steps: 4 });
    await page.mouse.up();
    await waitsOf(page, drawn + 1);
    // The counts and the name of the last box are not in the way of the next: nobody is that fast.
    await sleep(800);
  }
  return (await waitsOf(page, BOXES + FIRST_BOXES)).slice(FIRST_BOXES);
}

async function followCamera(page: Page, url: string): Promise<number[]> {
  await page.addInitScript(watchFrames);
  await page.goto(url);
  await page.locator('.tile[aria-posinset]').first().waitFor();
  await page.getByRole('button', { name: 'Live camera' }).click();
  return (await waitsOf(page, FRAMES + FIRST_BOXES)).slice(FIRST_BOXES);
}

/** What the page has noted, once it is this many. */
async function waitsOf(page: Page, count: number): Promise<number[]> {
  for (let polls = 0; polls < MAX_POLLS; polls += 1) {
    const noted = waits.parse(await page.evaluate('waits'));
    if (noted.length >= count) return noted;
    await sleep(POLL_MS);
  }
  throw new Error(`The products have not changed ${count} times.`);
}

/** A film that shows one garment of the demo after the other, as Chromium's camera takes it. */
async function filmGarments(folder: string): Promise<string> {
  const file = join(folder, 'garments.mjpeg');
  const frames = await Promise.all(
    demoImages(GARMENTS).map(async (image) => {
      const frame = await sharp(image)
        .resize(640, 480, { fit: 'contain', background: '#ddd' })
        .jpeg()
        .toBuffer();
      return Array<Buffer>(FRAMES_A_GARMENT).fill(frame);
    }),
  );
  await writeFile(file, Buffer.concat(frames.flat()));
  return file;
}
/** Half a second, of 30 frames a second. */
const FRAMES_A_GARMENT = 15;
const GARMENTS = 25;

const PHOTO = new URL('../catalog/images/cn-rafa-dress-lilac.webp', import.meta.url);

/** In the page: notes when other products are on the screen than when the box was let go. */
const watchBoxes = `
  globalThis.waits = [];
  const shown = () => [...document.querySelectorAll('.tile-link')].map(({ href }) => href).join();
  addEventListener('pointerup', ({ target, timeStamp }) => {
    if (target.closest('.stage') === null) return;
    const before = shown();
    const look = () => {
      const now = shown();
      if (now !== '' && now !== before) waits.push(performance.now() - timeStamp);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
`;

/** In the page: notes when what the camera saw has changed the products. */
const watchFrames = `
  globalThis.waits = [];
  let taken = 0;
  const { toBlob } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.toBlob = function (...options) {
    taken = performance.now();
    toBlob.apply(this, options);
  };
  new MutationObserver((changes) => {
    if (taken === 0 || !changes.some(({ target }) => target.closest?.('.live-shelf'))) return;
    const from = taken;
    taken = 0;
    requestAnimationFrame(() => waits.push(performance.now() - from));
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['href', 'src'] });
`;

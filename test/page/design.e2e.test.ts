import { afterEach, expect } from '@jest/globals';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { RequestError } from '../../src/errors.js';
import type { DesignEngine } from '../../src/design/engine.js';
import { openLocalEngine } from '../../src/design/local/local-engine.js';
import { DesignEngineName } from '../../src/design/order.js';
import { type DesignJobs, runDesignJobs } from '../../src/design/run-design-jobs.js';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { engineOf } from '../design/support.js';
import { openSharedEncoder } from '../support/encoder.js';
import { axe } from './axe.js';
import { testInChromium as test } from './chromium.js';
import { pinThree, receiveVisitors, SCREENS, soon } from './visit.js';

const { shop, visit } = receiveVisitors();

/** Designing with the local engine on a busy machine. */
const DESIGN_MS = 400_000;

let stop = (): Promise<void> => Promise.resolve();
afterEach(async () => {
  await stop();
  stop = () => Promise.resolve();
});

async function startWorker(local: DesignEngine): Promise<void> {
  const { db, services } = shop().gateway;
  const encoder = await openSharedEncoder();
  const worker: DesignJobs = runDesignJobs({
    db,
    encoder,
    engines: new Map([[DesignEngineName.LOCAL, local]]),
    uploads: services.uploads,
    // It polls.
    changes: { onChange: () => () => {} },
    log: pino({ level: 'silent' }),
  });
  stop = async () => {
    await worker.close();
    await encoder.close();
  };
}

/** Asks for hats, of which there are few kinds, up to a price. */
async function orderHats(page: Page, price?: string): Promise<void> {
  await page.getByRole('button', { name: 'Design it' }).click();
  await page.getByRole('button', { name: 'Hats and scarves' }).click();
  if (price !== undefined) await page.getByLabel('Up to, in EUR').fill(price);
  await page.getByRole('button', { name: 'Design it' }).click();
}

const said = (page: Page) => page.locator('[role=status]');

test('a board becomes designs, to be pinned, deleted, and compared with what is in stock', async () => {
  await startWorker(openLocalEngine(DEFAULT_ENCODER));
  const page = await pinThree(await visit('?q=leopard'));
  // One is enough to see, and takes half the time.
  await page.route('**/graphql', (route) => {
    const asked = route.request().postData();
    return route.continue(asked === null ? {} : { postData: asked.replace('"count":3', '"count":1') });
  });
  await orderHats(page);
  await page.getByRole('progressbar', { name: 'Progress of your designs' }).waitFor();
  await page.locator('.design img').first().waitFor({ timeout: DESIGN_MS });
  const designs = page.locator('.design:has(.design-acts)');
  await designs.first().waitFor({ timeout: DESIGN_MS });
  await said(page).getByText('Your designs are ready').waitFor();
  expect(await designs.count()).toBe(1);
  expect(await designs.first().locator('.design-words').innerText()).toMatch(/ (?:beanie|cap|scarf)$/);
  // On a phone, words are beside the picture: two designs to a screen.
  const [picture, words] = await Promise.all(
    ['.design-picture', '.design-words'].map((part) => designs.first().locator(part).boundingBox()),
  );
  expect(words?.x).toBeGreaterThan((picture?.x ?? 0) + (picture?.width ?? 0));
  // Buttons keep their shape beside a high picture, also before there is a tech pack.
  await designs.locator('.design-acts a').evaluateAll((links) => links.forEach((link) => link.remove()));
  const pinIt = await designs.getByRole('button', { name: 'Pin it Design 1' }).boundingBox();
  expect(pinIt?.height).toBeLessThan(48);
  await designs
    .first()
    .getByRole('region', { name: 'Nearest that is in stock: Design 1' })
    .locator('a')
    .first()
    .waitFor();

  await designs.first().getByRole('button', { name: 'Pin it Design 1' }).click();
  await soon(async () => (await page.locator('.pin').count()) === 4);
  expect(await axe(page, '.studio')).toEqual([]);
  // What it was designed from goes before it, and it does not.
  expect(await page.locator('.before li').count()).toBe(3);

  await designs.getByRole('button', { name: /^Delete/ }).click();
  await designs.getByRole('button', { name: /^Delete for good/ }).click();
  await said(page).getByText('Design 1 is deleted').waitFor();
  await page.getByText('What should it be?').waitFor();
  expect(await designs.count()).toBe(0);
  // Its picture stays where it is pinned.
  expect(await page.locator('.pin').count()).toBe(4);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

const pictureOf = async (background: string): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp({ create: { width: 208, height: 260, channels: 3, background } })
      .png()
      .toBuffer(),
  );

/** Walks on from what has the focus, until something else has it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  await soon(async () => {
    await page.keyboard.press('Tab');
    return name.test(await page.locator(':focus').evaluate((focused) => focused.textContent));
  });
}

test('by keys alone, a reload finds what is being designed, and it can be stopped', async () => {
  let isStopped = false;
  await startWorker(
    engineOf(async (_order, watcher, signal) => {
      const garment = null;
      watcher.draft({ position: 0, picture: await pictureOf('#24452f'), garment, prompt: null, score: 0.5 });
      watcher.progress(0.4);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          isStopped = true;
          reject(new Error('stopped'));
        });
      });
    }),
  );
  const page = await pinThree(await visit('?q=leopard', { screen: SCREENS[1] }));
  await page.getByRole('button', { name: 'Design it' }).focus();
  await page.keyboard.press('Enter');
  // The first choice has the focus.
  await page.locator('.wishes .chip:focus').waitFor();
  await tabTo(page, /^Hats and scarves$/);
  await page.keyboard.press('Space');
  await page.locator('.chip[aria-pressed=true]').waitFor();
  expect(await axe(page, '.studio')).toEqual([]);
  await tabTo(page, /^Design it$/);
  await page.keyboard.press('Enter');
  await page.locator('.design img').first().waitFor();
  await page.getByText('40% done').waitFor();
  expect(await axe(page, '.studio')).toEqual([]);
  // What had it is gone, and it is not lost.
  await page.locator('.studio:focus').waitFor();
  await tabTo(page, /^Stop$/);
  await page.reload();
  await page.locator('.design img').first().waitFor();
  await page.getByText('40% done').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).focus();
  await page.keyboard.press('Enter');
  await said(page).getByText('Nothing more is drawn').waitFor();
  await page.getByText('What should it be?').waitFor();
  await soon(() => isStopped);
  await page.reload();
  await page.getByRole('button', { name: 'Design it' }).waitFor();
  expect(await page.locator('.studio-progress').count()).toBe(0);
});

test('says why there are no designs', async () => {
  await startWorker(
    engineOf(() => Promise.reject(new RequestError('BAD_USER_INPUT', 'Every garment costs more.'))),
  );
  const page = await pinThree(await visit('?q=leopard'));
  let isFirst = true;
  await page.route('**/graphql', (route) => {
    if (!isFirst || route.request().postData()?.includes('"constraints"') !== true) return route.continue();
    isFirst = false;
    const extensions = { code: 'THROTTLED', retryAfterMs: 4_000 };
    const json = { data: { designCreate: null }, errors: [{ message: 'Too much.', extensions }] };
    return route.fulfill({ json });
  });
  await orderHats(page, '1');
  // With the time, after which it orders again.
  await page.getByText(/^Trying again in [1-4] s$/).waitFor();
  await page.getByRole('heading', { name: 'No design came out of it' }).waitFor();
  await page.getByText('Every garment costs more.').waitFor();
  await page.getByRole('button', { name: 'Design something else' }).click();
  await page.getByLabel('Up to, in EUR').waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

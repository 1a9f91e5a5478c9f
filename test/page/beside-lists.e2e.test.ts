import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect } from '@jest/globals';
import type { Page, Request } from 'playwright-core';
import { importFacts } from '../../src/knowledge/import-facts.js';
import { silentProgress } from '../support/progress.js';
import { axe } from './axe.js';
import { hasChromium, testInChromium as test } from './chromium.js';
import { hold, isStill, pinThree, receiveVisitors, SCREENS, soon, tiles } from './visit.js';

/** What shoppers see beside the lists: facts about a product, what they hold, their board, and the camera. */

const { shop, visit } = receiveVisitors();
const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';
/** Nobody's (RFC 2606), and not the demo's, whose links lead nowhere. */
const CHECKOUT = 'https://checkout.test';

/** Before the first visit: gateways keep channels for a few seconds. */
beforeAll(async () => {
  if (!hasChromium) return;
  const { db } = shop().gateway;
  await db.query(`UPDATE channels SET hold_url_template = $1`, [`${CHECKOUT}/{lines}?hold={hold}`]);
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-page-facts-'));
  const file = join(folder, 'facts.jsonl');
  const lines = [
    { entity: 'corso-nove', kind: 'BRAND', label: 'Corso Nove', brands: ['corso-nove'] },
    {
      subject: 'corso-nove',
      predicate: 'sews in',
      value: 'Naples',
      source: 'The register of firms',
      sourceUrl: 'https://register.test/corso-nove',
    },
    { subject: 'corso-nove', predicate: 'founded in', value: '1962', source: 'A letter' },
  ];
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await importFacts({ db, progress: silentProgress }, file);
  await rm(folder, { recursive: true });
});

test('a product has facts, each with its source', async () => {
  const page = await visit(PRODUCT);
  const facts = page.getByRole('group').filter({ hasText: 'Good to know' });
  await facts.locator('summary').click();
  const sews = facts.getByRole('listitem').filter({ hasText: 'Corso Nove sews in: Naples' });
  const source = sews.getByRole('link', { name: 'The register of firms' });
  expect(await source.getAttribute('href')).toBe('https://register.test/corso-nove');
  const founded = facts.getByRole('listitem').filter({ hasText: 'Corso Nove founded in: 1962' });
  await founded.getByText('A letter').waitFor();
});

test('what is held is bought at the checkout of the shop', async () => {
  const page = await visit(PRODUCT);
  await page.route(`${CHECKOUT}/**`, (route) => route.fulfill({ body: 'Thank you' }));
  await hold(page, 'S');
  await page.getByRole('link', { name: 'Check out' }).click();
  await page.getByText('Thank you').waitFor();
  const { pathname, searchParams } = new URL(page.url());
  const { rows } = await shop().gateway.db.query<{ code: string }>(
    `SELECT code FROM skus JOIN products ON products.id = skus.product_id
     WHERE products.handle = 'corso-nove-rafa-dress-lilac-black' AND skus.options ->> 'size' = 'S'`,
  );
  expect(decodeURIComponent(pathname)).toBe(`/${rows[0]?.code ?? ''}:1`);
  expect(searchParams.get('hold')).not.toBe('');
});

/** As if the shopper had gone to another tab, or come back. */
const setHidden = (page: Page, isHidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  }, isHidden);

test('the camera asks nothing while nobody sees the page', async () => {
  const page = await visit();
  await tiles(page).first().waitFor();
  let asked = 0;
  page.on('request', (request: Request) => {
    if (request.postData()?.includes('"base64"') === true) asked += 1;
  });
  await setHidden(page, true);
  await page.getByRole('button', { name: 'Live camera' }).click();
  await soon(() => page.evaluate(() => (document.querySelector('video')?.videoWidth ?? 0) > 0));
  await page.waitForTimeout(1_500);
  expect(asked).toBe(0);
  await setHidden(page, false);
  await soon(() => asked > 0);
});

describe.each(SCREENS)('on a $name', (screen) => {
  test('axe finds nothing in the camera, what is held, and a board, by day and by night', async () => {
    const page = await visit('', { screen });
    const check = async (): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await isStill(page);
        expect(await axe(page)).toEqual([]);
      }
    };
    await page.getByRole('button', { name: 'Live camera' }).click();
    await page.getByRole('dialog').locator('.live-shelf li').first().waitFor();
    await check();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${shop().url}${PRODUCT}`);
    await hold(page, screen.isMobile ? 'XS' : 'XL');
    await page.locator('details.facts summary').click();
    await check();
    await page.goto(`${shop().url}?q=leopard`);
    await pinThree(page);
    await check();
  });
});

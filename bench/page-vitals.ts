import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { noChromium, openChromium } from './chromium.js';
import { CPU_SLOWDOWN, openPhone } from './page-phone.js';
import { importLongCatalog } from './page-shop.js';
import { openShop } from './shop.js';
import type { Benchmark } from './types.js';

const ROUNDS = 5;
const SCROLLED_PRODUCTS = 500;
const STEP_PX = 600;
const MAX_STEPS = 2_000;

const vitals = z.object({ lcp: z.number(), cls: z.number(), inp: z.number(), longest: z.number() });
type Vitals = z.infer<typeof vitals>;

export const benchmarks: Benchmark[] = [
  {
    name: 'page',
    description: `the page in Chromium, ${CPU_SLOWDOWN} times slower than this machine, on a phone’s screen`,
    skip: () => noChromium,
    async run(report, progress) {
      const shop = await openShop();
      const browser = await openChromium();
      try {
        progress('the catalog');
        await importLongCatalog(shop);
        const { url } = await shop.serve();
        const rounds: Vitals[] = [];
        // The first visit makes the renditions of the pictures, which all others share.
        for (let round = 0; round <= ROUNDS; round += 1) {
          progress(`visit ${round} of ${ROUNDS}`);
          const measured = await measure(browser, url);
          if (round > 0) rounds.push(measured);
        }
        const figure = (name: string, unit: string, of: keyof Vitals, most: number): void =>
          report({
            name,
            unit,
            a: rounds.map((round) => round[of]),
            b: [],
            target: { of: 'a', op: '<=', value: most },
          });
        figure('largest contentful paint', 'ms', 'lcp', 1_500);
        figure('cumulative layout shift', '', 'cls', 0);
        figure('interaction to next paint', 'ms', 'inp', 100);
        figure(`longest task while ${SCROLLED_PRODUCTS} products are scrolled`, 'ms', 'longest', 50);
      } finally {
        await browser.close();
        await shop.close();
      }
    },
  },
];

/** Loads the page as a new visitor, scrolls, and taps. */
async function measure(browser: Browser, url: string): Promise<Vitals> {
  const { context, page } = await openPhone(browser);
  try {
    await page.addInitScript(observe);
    await page.goto(url);
    await page.locator('.tile:not(.tile-expected) img').first().waitFor();
    await sleep(1_500);
    const { lcp } = await read(page);
    await page.evaluate('vitals.longest = 0');
    await scroll(page);
    const { cls, longest } = await read(page);
    await page.evaluate('vitals.inp = 0');
    await page.evaluate('scrollTo(0, 0)');
    await page.locator('.heart').nth(1).tap();
    await page.getByRole('button', { name: 'Filter' }).tap();
    await sleep(500);
    const { inp } = await read(page);
    return { lcp, cls, inp, longest };
  } finally {
    await context.close();
  }
}

async function scroll(page: Page): Promise<void> {
  const last = page.locator('.tile[aria-posinset]').last();
  const seen = async (): Promise<number> => Number(await last.getAttribute('aria-posinset'));
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    if ((await seen()) >= SCROLLED_PRODUCTS) return;
    await page.mouse.wheel(0, STEP_PX);
    await sleep(60);
  }
  throw new Error(`Only ${await seen()} products were scrolled.`);
}

const read = async (page: Page): Promise<Vitals> => vitals.parse(await page.evaluate('vitals'));

/** Runs in the page before its own scripts. */
const observe = `
  globalThis.vitals = { lcp: 0, cls: 0, inp: 0, longest: 0 };
  const watch = (type, note, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...options });
  watch('largest-contentful-paint', (entry) => { vitals.lcp = entry.startTime; });
  watch('layout-shift', (entry) => { if (!entry.hadRecentInput) vitals.cls += entry.value; });
  watch('event', (entry) => { vitals.inp = Math.max(vitals.inp, entry.duration); }, { durationThreshold: 16 });
  watch('longtask', (entry) => { vitals.longest = Math.max(vitals.longest, entry.duration); });
`;

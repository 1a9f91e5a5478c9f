import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { testInChromium as test } from './chromium.js';
import { placeOf, receiveVisitors, SCREENS, soon, tiles } from './visit.js';

const { shop, visit } = receiveVisitors();
const [PHONE, DESK] = SCREENS;

/** As the gateway is asked for it; the widths of all pictures that were asked for. */
function followWidths(page: Page): Set<string> {
  const asked = new Set<string>();
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.startsWith('/images/')) asked.add(searchParams.get('width') ?? 'all');
  });
  return asked;
}

const areThere = (page: Page, count: number): Promise<void> =>
  soon(async () => (await page.locator('.tile .picture-there').count()) >= count);

test.each([
  [PHONE, 1, '256'],
  [PHONE, 3, '512'],
  [DESK, 1, '256'],
  [DESK, 3, '1024'],
] as const)(
  'a list asks for about as many pixels as the screen shows: %j, %d',
  async (screen, density, width) => {
    const page = await visit('?q=dress', { screen, density });
    await tiles(page).first().waitFor();
    // Pictures of the demo have no more than 480 pixels.
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const answer = await response.text();
      const body = answer
        .replaceAll('"width":480', '"width":1200')
        .replaceAll('"height":600', '"height":1500')
        // Else it is that of the largest file.
        .replaceAll(/("w1024":"[^"]+width=)512"/g, (_all, url: string) => `${url}1024"`);
      return route.fulfill({ response, body });
    });
    // What the first visit asked for is done with.
    await page.goto('about:blank');
    const asked = followWidths(page);
    await page.goto(`${shop().url}?q=dress`);
    await areThere(page, 4);
    expect(await page.locator('.tile img').first().getAttribute('srcset')).toMatch(
      / 256w, .* 512w, .* 1024w$/,
    );
    // Each picture once, and no other file of it.
    expect([...asked]).toEqual([width]);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  },
);

test('a picture with few pixels is not asked for in more', async () => {
  const page = await visit('?q=dress', { density: 3 });
  await areThere(page, 4);
  const image = page.locator('.tile img').first();
  expect(await image.getAttribute('srcset')).toMatch(/^\S+width=256 256w, \S+width=512 480w$/);
});

/** The colors of a part of the screen, in a grid that a blur has too. */
const colorsOf = async (page: Page): Promise<number[]> => {
  const { x, y, width, height } = await placeOf(page.locator('.tile .picture').first());
  const screenshot = await page.screenshot({ clip: { x, y, width, height }, animations: 'disabled' });
  return [...(await sharp(screenshot).resize(5, 6, { fit: 'fill' }).removeAlpha().raw().toBuffer())];
};

const difference = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / one.length;

test.each([PHONE, DESK])('before a picture is there, its blur is seen in its place: %j', async (screen) => {
  const page = await visit('?q=leopard', { screen });
  await tiles(page).first().waitFor();
  let send = (): void => {};
  const isAwaited = new Promise<void>((resolve) => {
    send = resolve;
  });
  await page.route('**/images/**', async (route) => {
    await isAwaited;
    return route.fallback();
  });
  await page.reload();
  await tiles(page).first().waitFor();
  const expected = await placeOf(page.locator('.tile .picture').first());
  const blur = await colorsOf(page);
  expect(await page.locator('.tile .picture-there').count()).toBe(0);
  send();
  await areThere(page, 1);
  const picture = await colorsOf(page);
  expect(await placeOf(page.locator('.tile .picture').first())).toEqual(expected);
  const wash = blur.map((_color, index) => [0xf5, 0xf3, 0xef][index % 3] ?? 0);
  expect(difference(blur, picture)).toBeLessThan(difference(wash, picture) / 3);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

import { describe, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { testInChromium as test } from './chromium.js';
import {
  DRESS,
  endHoldsIn,
  hold,
  placeOf,
  receiveVisitors,
  SCREENS,
  settled,
  shiftsOf,
  showPicture,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

// Everything here stopped somebody who tried the page for the first time.

const { shop, visit } = receiveVisitors();

const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';

async function openPicture(page: Page): Promise<void> {
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await isOpen(page);
}

async function isOpen(page: Page): Promise<void> {
  await page.locator('.dot').first().waitFor();
  await page.locator('.known h2').waitFor();
  await tiles(page).first().waitFor();
}

let opened: string | undefined;

/** Opens a picture where it does not matter how it came: from the second time on, by its address. */
async function openAgain(): Promise<Page> {
  const page = await visit(opened);
  if (opened === undefined) {
    await openPicture(page);
    opened = new URL(page.url()).search;
  } else await isOpen(page);
  return page;
}

interface Stroke {
  /** In shares of the picture. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly restMs?: number;
}

/** Draws with a finger, as the screen reports one: a mouse never scrolls. */
async function stroke(page: Page, { from, to, restMs = 0 }: Stroke): Promise<void> {
  const stage = await placeOf(page.locator('.stage'));
  const screen = await page.context().newCDPSession(page);
  const began = Date.now();
  // As fast as said, however slow the machine is.
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share: number, afterMs: number) =>
    screen.send('Input.dispatchTouchEvent', {
      type,
      timestamp: (began + afterMs) / 1_000,
      touchPoints:
        type === 'touchEnd'
          ? []
          : [
              {
                x: stage.x + stage.width * (from[0] + (to[0] - from[0]) * share),
                y: stage.y + stage.height * (from[1] + (to[1] - from[1]) * share),
              },
            ],
    });
  await touch('touchStart', 0, 0);
  await page.waitForTimeout(restMs);
  for (let step = 1; step <= 10; step += 1) {
    await page.waitForTimeout(16);
    await touch('touchMove', step / 10, restMs + step * 16);
  }
  // Lifted at rest: the page does not go on by itself.
  await page.waitForTimeout(150);
  await touch('touchEnd', 1, restMs + 310);
}

const boxOf = (page: Page): number[] | null =>
  new URL(page.url()).searchParams
    .get('box')
    ?.split(',')
    .map((side) => Math.round(Number(side) * 10)) ?? null;

const STEEP: Stroke = { from: [0.2, 0.9], to: [0.3, 0.1] };

describe('a finger on the picture', () => {
  test('draws when its stroke slants, and scrolls the page when it goes up or down', async () => {
    const page = await openAgain();
    await stroke(page, STEEP);
    await soon(async () => (await page.evaluate(() => scrollY)) > 50);
    expect(boxOf(page)).toBeNull();
    await page.evaluate(() => scrollTo(0, 0));
    await stroke(page, { from: [0.1, 0.1], to: [0.9, 0.8] });
    await page.waitForURL(/box=/);
    expect(boxOf(page)).toEqual([1, 1, 8, 7]);
    expect(await page.evaluate(() => scrollY)).toBe(0);
  });

  test('draws a box around trousers, without a ring around it', async () => {
    const page = await openAgain();
    const { width, height } = await placeOf(page.locator('.stage'));
    // As steep as somebody drew it: 43 pixels aside on 104 down.
    const down = 0.6;
    const aside = (down * height * 43) / 104 / width;
    await stroke(page, { from: [0.3, 0.2], to: [0.3 + aside, 0.2 + down] });
    await page.waitForURL(/box=/);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(await page.locator('.frame').evaluate((frame) => getComputedStyle(frame).outlineStyle)).toBe(
      'none',
    );
  });

  test('draws from a dot, which a tap chooses', async () => {
    const page = await openAgain();
    const stage = await placeOf(page.locator('.stage'));
    const dot = await placeOf(page.locator('.dot').first());
    const from = [
      (dot.x + dot.width / 2 - stage.x) / stage.width,
      (dot.y + dot.height / 2 - stage.y) / stage.height,
    ] as const;
    await stroke(page, { from, to: [0.05, 0.05] });
    await page.waitForURL(/box=/);
    expect(boxOf(page)?.slice(0, 2)).toEqual([1, 1]);
    await page.getByRole('button', { name: 'Whole picture', exact: true }).tap();
    await soon(() => boxOf(page) === null);
    await page.locator('.dot').first().tap();
    await soon(async () => (await page.locator('.dot').first().getAttribute('aria-pressed')) === 'true');
  });

  test('is told once how to draw, when its stroke went aside and scrolled the page', async () => {
    const page = await openAgain();
    const { width, height } = await placeOf(page.locator('.stage'));
    const told = page.locator('.told', {
      hasText: 'To draw a tall box, rest your finger on the picture first.',
    });
    await stroke(page, { from: [0.4, 0.9], to: [0.4, 0.1] });
    await soon(async () => (await page.evaluate(() => scrollY)) > 50);
    expect(await told.count()).toBe(0);
    const slanting: Stroke = { from: [0.4, 0.9], to: [0.4 + (0.2 * 0.8 * height) / width, 0.1] };
    await page.evaluate(() => scrollTo(0, 0));
    await stroke(page, slanting);
    await told.waitFor();
    expect(boxOf(page)).toBeNull();
    await told.waitFor({ state: 'detached' });
    await page.evaluate(() => scrollTo(0, 0));
    await stroke(page, slanting);
    await page.waitForTimeout(500);
    expect(await told.count()).toBe(0);
  });

  test('scrolls the page also from inside the box, which moves sideways, or after a rest', async () => {
    const page = await openAgain();
    await stroke(page, { from: [0.1, 0.3], to: [0.5, 0.8] });
    await page.waitForURL(/box=/);
    const drawn = boxOf(page);
    await stroke(page, { from: [0.3, 0.7], to: [0.27, 0.1] });
    await soon(async () => (await page.evaluate(() => scrollY)) > 50);
    expect(boxOf(page)).toEqual(drawn);
    await page.evaluate(() => scrollTo(0, 0));
    await stroke(page, { from: [0.3, 0.5], to: [0.7, 0.5] });
    await soon(() => boxOf(page)?.[0] === 5);
    await stroke(page, { from: [0.7, 0.5], to: [0.7, 0.3], restMs: 500 });
    await soon(() => boxOf(page)?.[1] === 1);
    // A handle resizes, however it is drawn.
    await stroke(page, { from: [0.9, 0.6], to: [0.9, 0.9] });
    await soon(() => boxOf(page)?.[3] === 8);
    expect(await page.evaluate(() => scrollY)).toBe(0);
  });

  // Croppers with less reach are hard to take hold of: https://github.com/fengyuanchen/cropperjs/issues/788
  test('begins another box beside a corner, unless it goes where a corner goes', async () => {
    const page = await openAgain();
    await stroke(page, { from: [0.3, 0.1], to: [0.7, 0.45] });
    await page.waitForURL(/box=/);
    const { width, height } = await placeOf(page.locator('.stage'));
    const [aside, below] = [14 / width, 10 / height];
    // Around what is below and beside it.
    await stroke(page, { from: [0.3 - aside, 0.45 + below], to: [0.85, 0.9] });
    await soon(() => boxOf(page)?.[2] === 6);
    expect(boxOf(page)).toEqual([2, 5, 6, 4]);
    // Into the box, its corner comes with the finger.
    await stroke(page, { from: [0.24 - aside, 0.9 + below], to: [0.44, 0.7] });
    await soon(() => boxOf(page)?.[0] === 4);
    expect(boxOf(page)).toEqual([4, 5, 4, 2]);
    // And along one of its sides.
    await stroke(page, { from: [0.85 + aside, 0.7], to: [0.87, 0.95] });
    await soon(() => boxOf(page)?.[3] === 5);
    expect(boxOf(page)).toEqual([4, 5, 4, 5]);
  });

  // As croppers get stuck by it: https://github.com/fengyuanchen/cropper/issues/64
  test('draws nothing together with another finger, and draws again alone', async () => {
    const page = await openAgain();
    const stage = await placeOf(page.locator('.stage'));
    const screen = await page.context().newCDPSession(page);
    const at = (id: number, x: number, y: number) => ({
      id,
      x: stage.x + stage.width * x,
      y: stage.y + stage.height * y,
    });
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: ReturnType<typeof at>[]) =>
      screen.send('Input.dispatchTouchEvent', { type, touchPoints });
    await touch('touchStart', at(0, 0.1, 0.1));
    await touch('touchMove', at(0, 0.4, 0.4));
    await page.locator('.frame').waitFor();
    await touch('touchStart', at(0, 0.4, 0.4), at(1, 0.9, 0.9));
    await page.locator('.frame').waitFor({ state: 'detached' });
    await touch('touchMove', at(0, 0.5, 0.4), at(1, 0.8, 0.8));
    await touch('touchEnd', at(0, 0.5, 0.4));
    await touch('touchEnd');
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(boxOf(page)).toBeNull();
    await stroke(page, { from: [0.1, 0.1], to: [0.9, 0.8] });
    await page.waitForURL(/box=/);
    expect(boxOf(page)).toEqual([1, 1, 8, 7]);
  });

  test('draws wherever it goes once it has rested', async () => {
    const page = await openAgain();
    await stroke(page, { ...STEEP, restMs: 500 });
    await page.waitForURL(/box=/);
    expect(boxOf(page)).toEqual([2, 1, 1, 8]);
  });

  test('draws wherever it goes once “Search a part” was tapped, and no dot covers the part', async () => {
    const page = await openAgain();
    await page.getByRole('button', { name: 'Search a part' }).tap();
    await page.getByText('Draw a box, or drag this one and its corners.').waitFor();
    await soon(async () => (await page.locator('.dot').count()) === 0);
    await stroke(page, { from: [0.05, 0.05], to: [0.15, 0.95] });
    await soon(() => boxOf(page)?.[3] === 9);
    await page.getByRole('button', { name: 'Whole picture', exact: true }).tap();
    await soon(() => boxOf(page) === null);
    await page.locator('.dot').first().waitFor();
    await stroke(page, STEEP);
    await soon(async () => (await page.evaluate(() => scrollY)) > 50);
    expect(boxOf(page)).toBeNull();
  });
});

const Answer = z.object({ data: z.record(z.string(), z.unknown()) });

/** Answers some fields of the API as told. */
async function pretend(page: Page, fields: Readonly<Record<string, unknown>>): Promise<void> {
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const answer = Answer.safeParse(await response.json());
    const told = Object.entries(fields).filter(([name]) => answer.data?.data[name] !== undefined);
    if (!answer.success || told.length === 0) return route.fulfill({ response });
    return route.fulfill({
      response,
      json: { ...answer.data, data: { ...answer.data.data, ...Object.fromEntries(told) } },
    });
  });
}

const TRANSPARENT = 'rgba(0, 0, 0, 0)';
const fillOf = (button: Locator): Promise<string> =>
  button.evaluate((element) => getComputedStyle(element).backgroundColor);

const NOTHING = { match: null, labels: [], facts: [], region: null };

describe('what is shown', () => {
  test('fits on a phone with its first results, and nothing moves', async () => {
    const page = await visit();
    await openPicture(page);
    await page.waitForTimeout(500);
    expect((await placeOf(page.locator('.stage'))).height).toBeLessThan(844 * 0.45);
    expect((await placeOf(tiles(page).first())).y).toBeLessThan(844 - 150);
    expect(await shiftsOf(page)).toBeLessThan(0.01);
    // The numbers were of the best 250 only.
    expect(await page.locator('.bar-chips small').count()).toBe(0);
  });

  test.each([
    ['dresses', 'Looks most like our dresses.', /^Looks like this/],
    // Dresses come first, whatever the dot says.
    ['knitwear', 'Perhaps knitwear.', /^Nearest/],
  ])('is headed as its kind is said, if only by the name of a dot: %s', async (value, said, heading) => {
    const page = await visit();
    const box = { x: 0.2, y: 0.1, width: 0.6, height: 0.5 };
    await pretend(page, { look: { items: [{ box, label: { value, confidence: 0.9 } }] }, identify: NOTHING });
    await openPicture(page);
    await page.locator('.dot').click();
    await page.getByRole('heading', { name: said }).waitFor();
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('is named whatever the shopper chooses, who can narrow to the kind of its dot', async () => {
    const page = await visit();
    const box = { x: 0.2, y: 0.1, width: 0.6, height: 0.5 };
    await pretend(page, {
      look: { items: [{ box, label: { value: 'knitwear', confidence: 0.9 } }] },
      identify: NOTHING,
    });
    await openPicture(page);
    await page.locator('.dot').click();
    // Dresses come first, whatever the dot says.
    await page.getByRole('heading', { name: 'Perhaps knitwear.' }).waitFor();
    const offered = page.getByRole('button', { name: 'Only knitwear' });
    // Filled, an offer looks like a choice.
    expect(await fillOf(offered)).toBe(TRANSPARENT);
    await offered.click();
    await page.waitForURL(/category=knitwear/);
    const isKnitwear = async () =>
      (await tiles(page).first().locator('.tile-link').getAttribute('href'))?.includes('dress') === false;
    await soon(isKnitwear);
    // Knitwear is what was chosen, and not what the picture shows.
    const unnamed = page.getByRole('heading', { name: 'Perhaps knitwear.' });
    expect(await unnamed.count()).toBe(1);
    await page.reload();
    await unnamed.waitFor();
    await soon(isKnitwear);
    expect(await unnamed.count()).toBe(1);
    expect(await fillOf(page.getByRole('button', { name: 'Remove knitwear' }))).not.toBe(TRANSPARENT);
    expect(await page.getByRole('button', { name: 'Only knitwear' }).count()).toBe(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('is of the kind that a dot is called, also where products of another kind come nearer', async () => {
    const page = await visit();
    const matches = { nodes: [{ id: '1', category: { id: '2', handle: 'dresses' } }] };
    const [upper, lower] = [
      { x: 0.1, y: 0.05, width: 0.6, height: 0.4 },
      { x: 0.2, y: 0.55, width: 0.6, height: 0.4 },
    ];
    await pretend(page, {
      look: {
        items: [
          { box: upper, label: { value: 'knitwear/sweaters', confidence: 0.9 }, matches },
          { box: lower, label: { value: 'dresses', confidence: 0.9 }, matches },
        ],
      },
      identify: NOTHING,
    });
    await openPicture(page);
    await page.getByRole('heading', { name: 'I see sweaters and dresses.' }).waitFor();
    const category = () => new URL(page.url()).searchParams.get('category');
    await page.getByRole('button', { name: 'Find this: sweaters' }).click();
    await page.getByRole('heading', { name: 'Perhaps sweaters.' }).waitFor();
    await soon(() => category() === 'knitwear');
    const why = page.getByText('Filtered to knitwear: so small a part can look like anything.');
    await why.waitFor();
    await page.getByRole('button', { name: 'Find this: dresses' }).click();
    await page.getByRole('heading', { name: /dresses\.$/ }).waitFor();
    expect(category()).toBeNull();
    expect(await why.count()).toBe(0);
    await page.goBack();
    await soon(() => category() === 'knitwear');
    await why.waitFor();
    await page.getByRole('button', { name: 'Remove knitwear' }).click();
    await soon(() => category() === null);
    await why.waitFor({ state: 'detached' });
    // A box that is drawn loosely around it means it too.
    await page.getByRole('button', { name: 'Whole picture', exact: true }).click();
    await stroke(page, { from: [0.05, 0.02], to: [0.85, 0.49] });
    await soon(() => category() === 'knitwear');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('is a place of its own to come back to, each part of it', async () => {
    const page = await visit();
    await openPicture(page);
    await stroke(page, { from: [0.1, 0.3], to: [0.5, 0.8] });
    await page.waitForURL(/box=/);
    const drawn = boxOf(page);
    await page.evaluate(() => scrollTo(0, 40));
    await stroke(page, { from: [0.3, 0.5], to: [0.7, 0.5] });
    await soon(() => boxOf(page)?.[0] === 5);
    // The picture stays under the finger.
    expect(await page.evaluate(() => scrollY)).toBe(40);
    await page.goBack();
    await soon(() => boxOf(page)?.[0] === 1);
    expect(boxOf(page)).toEqual(drawn);
    await page.goBack();
    await soon(() => boxOf(page) === null);
    await page.locator('.stage').waitFor();
    await page.goForward();
    await soon(() => boxOf(page)?.[0] === 1);
    await page.locator('.frame').focus();
    // However many steps it takes, it is one move.
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(500);
    }
    await soon(() => /box=0\.16/.test(page.url()));
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('frame');
    await page.goBack();
    await soon(() => boxOf(page)?.[0] === 1 && !/box=0\.16/.test(page.url()));
    expect(boxOf(page)).toEqual(drawn);
  });

  test('gives up the words for one part when another is chosen, and keeps the size', async () => {
    const page = await visit();
    const label = { value: 'knitwear', confidence: 0.9 };
    await pretend(page, {
      look: {
        items: [
          { box: { x: 0.1, y: 0.05, width: 0.6, height: 0.4 }, label },
          { box: { x: 0.2, y: 0.55, width: 0.6, height: 0.4 }, label: { ...label, value: 'dresses' } },
        ],
      },
      identify: NOTHING,
    });
    await openPicture(page);
    await page.getByRole('button', { name: 'Find this: knitwear' }).click();
    await page.getByRole('button', { name: 'Only knitwear' }).click();
    await page.waitForURL(/category=knitwear/);
    await page.getByRole('button', { name: 'Only size M', exact: true }).click();
    await page.waitForURL(/o\.size=M/);
    // The same part, drawn a little smaller.
    await stroke(page, { from: [0.7, 0.45], to: [0.65, 0.42] });
    await soon(() => !page.url().includes('0.6%2C0.4'));
    expect(new URL(page.url()).searchParams.get('category')).toBe('knitwear');
    await page.getByRole('button', { name: 'Find this: dresses' }).click();
    await soon(() => !page.url().includes('category='));
    await page.getByRole('button', { name: 'Remove M' }).waitFor();
    expect(await page.getByRole('button', { name: 'Remove knitwear' }).count()).toBe(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('is not counted where nothing is like it', async () => {
    const page = await visit();
    await pretend(page, { look: { items: [] }, identify: NOTHING });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    // Most of the first results are.
    await page.getByRole('heading', { name: 'Looks most like our dresses.' }).waitFor();
    await page.getByRole('heading', { name: /^Nearest/ }).waitFor();
    await tiles(page).first().waitFor();
    await page.waitForTimeout(500);
    expect(await page.locator('.bar-count').innerText()).not.toMatch(/\d/);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

describe.each(SCREENS)('on a $name', (screen) => {
  test('a size that is chosen at home moves nothing, and is chosen of the product', async () => {
    const page = await visit('', { screen });
    await tiles(page).first().waitFor();
    const size = page.getByRole('button', { name: 'Only size M', exact: true });
    await size.waitFor();
    const bar = page.getByRole('region', { name: 'Narrow down' });
    const placesOf = async (chip: Locator): Promise<string> => {
      const [at, around] = [await chip.boundingBox(), await bar.boundingBox()];
      return `${at?.x} ${at?.y} ${around?.y}`;
    };
    const place = await settled(() => placesOf(size));
    await size.click();
    await page.getByRole('heading', { name: /^Your selection/ }).waitFor();
    const taken = page.getByRole('button', { name: 'Remove M' });
    await taken.waitFor();
    // A second tap takes the size back, and no other.
    await soon(async () => (await placesOf(taken)) === place);
    await tiles(page).first().waitFor();
    expect(await settled(() => placesOf(taken))).toBe(place);
    await soon(
      async () =>
        (await tiles(page).first().locator('.tile-link').getAttribute('href'))?.endsWith('o.size=M') === true,
    );
    // Until the list is there, the one before it is shown.
    await soon(async () => / M /.test(` ${await tiles(page).first().locator('.tile-sizes').innerText()} `));
    await tiles(page).first().locator('.tile-link').click();
    const chosen = page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: 'M', exact: true });
    await chosen.waitFor();
    expect(await chosen.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Hold it for me' }).waitFor();
  });

  test('what is given back can be held again while it is free', async () => {
    const page = await visit(PRODUCT, { screen });
    await hold(page, 'M');
    const held = page.getByRole('region', { name: 'Held for you' });
    const extend = held.getByRole('button', { name: 'Extend' });
    // It would add a few seconds.
    expect(await extend.getAttribute('aria-disabled')).toBe('true');
    await endHoldsIn(shop(), 5);
    await page.reload();
    await extend.click();
    await page
      .getByText(/is held for 10 minutes from now\./)
      .first()
      .waitFor();
    await soon(async () => (await extend.getAttribute('aria-disabled')) === 'true');
    await held.getByRole('button', { name: 'Give back' }).click();
    await page.getByRole('article').getByText('Given back').waitFor();
    await page.getByRole('button', { name: 'Hold again' }).click();
    await held.getByRole('timer').waitFor();
    await held.getByRole('button', { name: 'Give back' }).click();
    // Shown for a while, and then until the shopper goes on.
    const again = page.getByRole('button', { name: 'Hold again' });
    await again.waitFor();
    await soon(async () => {
      await page.locator('.product h1').click();
      return (await again.count()) === 0;
    });
  });

  test('the choice outlives a reload, is asked for beside the sizes, and moves no button', async () => {
    const page = await visit('?q=leopard', { screen });
    await tiles(page).first().waitFor();
    await page.goto(`${shop().url}${PRODUCT}`);
    const act = page.locator('.buy-acts');
    await act.getByRole('button', { name: 'Choose a size' }).click();
    const sizes = page.getByRole('group', { name: /^Size/ });
    await sizes.getByText('Choose a size first.').waitFor();
    const { y } = await placeOf(act);
    await sizes.getByRole('button', { name: 'XS', exact: true }).click();
    await page.getByText(/In stock|Only \d+ left/).waitFor();
    expect((await placeOf(act)).y).toBe(y);
    await page.reload();
    await page.getByRole('button', { name: 'Hold it for me' }).waitFor();
    const chosen = sizes.getByRole('button', { name: 'XS', exact: true });
    expect(await chosen.getAttribute('aria-pressed')).toBe('true');
  });

  test('a product leads back to where the shopper was', async () => {
    const page = await visit('?q=leopard', { screen });
    await tiles(page).first().locator('.tile-link').click();
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.waitForURL(/q=leopard$/);
    // Who came by a link was nowhere before.
    await page.goto(`${shop().url}${PRODUCT}`);
    await page.getByRole('link', { name: 'All products' }).click();
    await tiles(page).first().waitFor();
  });
});

test('what somebody else took meanwhile is not held again, which is said', async () => {
  const page = await visit(PRODUCT);
  await hold(page, 'L');
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Hold again' }).waitFor();
  await shop().gateway.db.query(
    `UPDATE stock_levels SET on_hand = 0 WHERE sku_id IN (
       SELECT skus.id FROM skus JOIN products ON products.id = skus.product_id
       WHERE products.handle = 'corso-nove-rafa-dress-lilac-black' AND skus.options ->> 'size' = 'L'
     )`,
  );
  await page.getByRole('button', { name: 'Hold again' }).click();
  await page.getByText('Someone else was faster').waitFor();
});

test('without a camera, a picture is offered instead', async () => {
  const page = await visit();
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await page.getByRole('button', { name: 'Live camera' }).click();
  const sheet = page.getByRole('dialog', { name: 'Live camera' });
  await sheet.getByRole('button', { name: 'Use a picture' }).waitFor();
  await sheet
    .locator('input[type=file]')
    .setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await snapshotOf(shop(), DRESS) });
  await page.waitForURL(/picture=/);
  await sheet.waitFor({ state: 'detached' });
});

test('a demo says that it has no checkout', async () => {
  const page = await visit(PRODUCT);
  await hold(page, 'XL');
  await page.getByRole('link', { name: 'Check out' }).click();
  await page.getByText('This is a demo: it has no checkout.').waitFor();
  expect(page.url()).toContain('product=');
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Hold again' }).waitFor();
});

test('a busy gateway is said to be busy, until it answers', async () => {
  const page = await visit();
  let isBusy = true;
  await page.route('**/graphql', async (route) => {
    // The question for the items of a picture.
    const isLook = /"variables":\{"channel":"[^"]+","image":"[^"]+"\}/.test(route.request().postData() ?? '');
    if (!isLook || !isBusy) return route.fallback();
    return route.fulfill({
      status: 503,
      json: { errors: [{ message: '', extensions: { code: 'SERVICE_OVERLOADED', retryAfterMs: 1_000 } }] },
    });
  });
  await showPicture(page, await snapshotOf(shop(), DRESS));
  const said = page.getByText('The shop is very busy. Still trying…');
  await said.waitFor();
  isBusy = false;
  await page.locator('.dot').first().waitFor();
  await said.waitFor({ state: 'detached' });
});

test('in German, the same is said', async () => {
  const page = await visit(PRODUCT, { locale: 'de-DE' });
  await page.getByRole('button', { name: 'Größe wählen' }).click();
  await page.getByText('Bitte zuerst wählen: Größe.').waitFor();
  await page
    .getByRole('group', { name: /^Größe/ })
    .getByRole('button', { name: 'XS', exact: true })
    .click();
  await page.getByRole('button', { name: 'Für mich zurücklegen' }).click();
  await page.getByRole('button', { name: 'Zurückgeben' }).click();
  await page.getByRole('button', { name: 'Wieder zurücklegen' }).waitFor();
});

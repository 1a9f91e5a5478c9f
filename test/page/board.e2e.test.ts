import { describe, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { testInChromium as test } from './chromium.js';
import { pinThree, receiveVisitors, SCREENS, shiftsOf, soon, tiles } from './visit.js';

const { visit } = receiveVisitors();

type Screen = (typeof SCREENS)[number];

const openBoard = async (screen: Screen): Promise<Page> => pinThree(await visit('?q=leopard', { screen }));

const isUnpin = (body: string | null): boolean => /"pin":/.test(body ?? '');

const isPin = (body: string | null): boolean => /"positive":/.test(body ?? '');

const answerToUnpin = (page: Page) =>
  page.waitForResponse((response) => isUnpin(response.request().postData()));

const topOf = async (element: Locator): Promise<number> => (await element.boundingBox())?.y ?? Number.NaN;
const hrefOf = (tile: Locator): Promise<string | null> => tile.locator('.tile-link').getAttribute('href');

describe.each(SCREENS)('a board on a $name', (screen) => {
  test('asks for less like an idea at once, moves nothing, and takes it back', async () => {
    const page = await openBoard(screen);
    const second = page.locator('[aria-posinset="2"]');
    await second.scrollIntoViewIfNeeded();
    await second.hover();
    const href = await hrefOf(second);
    const less = second.getByRole('button', { name: /^Less like this/ });
    expect(await less.innerText()).toContain('Less like this');
    let answer = (): void => {};
    const isLate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/graphql', async (route) => {
      await isLate;
      await route.continue();
    });
    const top = await topOf(second);
    await less.click();
    const undo = second.getByRole('button', { name: /^Undo/ });
    // Before any answer.
    await undo.waitFor();
    expect(await page.getByText('Not like this').count()).toBe(0);
    answer();
    await page.getByText('Not like this').waitFor();
    await soon(async () => Math.abs((await topOf(second)) - top) < 1);
    expect(await hrefOf(second)).toBe(href);
    await second.getByText('You will see less like this.').waitFor();
    await undo.click();
    await less.waitFor();
    await soon(async () => (await page.locator('.pin').count()) === 3);
    await soon(async () => Math.abs((await topOf(second)) - top) < 1);
    expect(await hrefOf(second)).toBe(href);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('keeps the place of a pin that is taken off, and puts it back there', async () => {
    const page = await openBoard(screen);
    const pins = page.locator('.pin');
    const links = (): Promise<(string | null)[]> =>
      pins.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    const before = await links();
    const taken = pins.nth(1);
    const answered = answerToUnpin(page);
    await taken.getByRole('button', { name: /off the board$/ }).click();
    await taken.getByText('Taken off').waitFor();
    const undo = taken.getByRole('button', { name: /^Undo: put/ });
    await answered;
    expect(await links()).toEqual(before);
    const again = page.waitForResponse((response) => isPin(response.request().postData()));
    await undo.click();
    await taken.getByRole('button', { name: /off the board$/ }).waitFor();
    await again;
    expect(await links()).toEqual(before);
    expect(await taken.getByText('Taken off').count()).toBe(0);
    await page.reload();
    await soon(async () => (await pins.count()) === 3);
    // Without its undo, it is gone.
    const gone = answerToUnpin(page);
    await pins
      .first()
      .getByRole('button', { name: /off the board$/ })
      .click();
    await gone;
    await page.reload();
    await soon(async () => (await pins.count()) === 2);
  });

  test('shows a pin again that could not be taken off, and all that was there', async () => {
    const page = await openBoard(screen);
    const pins = page.locator('.pin');
    // Neither the change nor the board after it.
    await page.route('**/graphql', (route) =>
      route.fulfill({
        json: { errors: [{ message: '', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
      }),
    );
    await pins
      .first()
      .getByRole('button', { name: /off the board$/ })
      .click();
    await page.locator('.told', { hasText: 'The board could not be changed.' }).waitFor();
    await page.waitForTimeout(1_000);
    await pins
      .first()
      .getByRole('button', { name: /off the board$/ })
      .waitFor();
    expect(await pins.count()).toBe(3);
    expect(await page.getByText('Taken off').count()).toBe(0);
    expect(await tiles(page).count()).toBeGreaterThan(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const answered = answerToUnpin(page);
    await pins
      .first()
      .getByRole('button', { name: /off the board$/ })
      .click();
    await answered;
    await pins.first().getByText('Taken off').waitFor();
  });

  test('is named, with a place for its pins, before it is there', async () => {
    const { search } = new URL((await openBoard(screen)).url());
    const page = await visit('', { screen });
    let answer = (): void => {};
    const isLate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('"board":') === true) await isLate;
      await route.continue();
    });
    await page.goto(new URL(search, page.url()).href);
    const heading = page.getByRole('heading', { name: 'A shared board' });
    await heading.waitFor();
    const left = (await heading.boundingBox())?.x;
    await page.locator('.pins-expected').waitFor();
    answer();
    await soon(async () => (await page.locator('.pin').count()) === 3);
    expect((await heading.boundingBox())?.x).toBe(left);
    expect(await shiftsOf(page)).toBeLessThan(0.05);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('takes off what somebody else took off before, and keeps all other hearts', async () => {
    const page = await openBoard(screen);
    const other = await visit(new URL(page.url()).search, { screen });
    const gone = answerToUnpin(other);
    await other
      .locator('.pin')
      .first()
      .getByRole('button', { name: /off the board$/ })
      .click();
    await gone;
    const pins = page.locator('.pin');
    for (const index of [0, 1]) {
      const answered = answerToUnpin(page);
      await pins
        .nth(index)
        .getByRole('button', { name: /off the board$/ })
        .click();
      await answered;
      await pins.nth(index).getByText('Taken off').waitFor();
    }
    expect(await page.locator('.told', { hasText: 'could not be changed' }).count()).toBe(0);
    await page.goBack();
    await soon(async () => (await page.locator('.tile .heart-full').count()) === 1);
    await page.goForward();
    await soon(async () => (await pins.count()) === 1);
  });

  test('keeps the like of an idea that is less wanted for a moment', async () => {
    const page = await openBoard(screen);
    const idea = page.locator('[aria-posinset="2"]');
    await idea.scrollIntoViewIfNeeded();
    await idea.hover();
    const heart = idea.locator('.heart');
    const isFull = async (): Promise<boolean> => (await heart.getAttribute('aria-pressed')) === 'true';
    await heart.click();
    await soon(async () => (await isFull()) && (await heart.getAttribute('aria-disabled')) === 'false');
    await idea.getByRole('button', { name: /^Less like this/ }).click();
    await soon(async () => !(await isFull()));
    await idea.getByRole('button', { name: /^Undo/ }).click();
    await soon(isFull);
    // A heart ends it too.
    await idea.getByRole('button', { name: /^Less like this/ }).click();
    await page.getByText('Not like this').waitFor();
    await heart.click();
    await idea.getByText('You will see less like this.').waitFor({ state: 'detached' });
    await soon(isFull);
  });
});

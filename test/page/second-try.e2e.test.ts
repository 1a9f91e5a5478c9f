import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { testInChromium as test } from './chromium.js';
import {
  BOARD_BUTTON,
  DRESS,
  hold,
  placeOf,
  receiveVisitors,
  SCREENS,
  showPicture,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

// Everything here made somebody hesitate who tried the page after the first one.

const { shop, visit } = receiveVisitors();

const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';

const chooseMarket = (page: Page, handle: string): Promise<unknown> =>
  page.getByLabel('Market').selectOption(handle);

describe.each(SCREENS)('on a $name', (screen) => {
  test('only who points is told to drop a picture, and sees where the pointer is', async () => {
    const page = await visit('', { screen });
    await tiles(page).first().waitFor();
    expect(await page.getByText('Or drop or paste one anywhere.').isVisible()).toBe(!screen.hasTouch);
    await page.getByText('Your picture is deleted within a week.').waitFor();
    const filter = page.getByRole('button', { name: 'Filter' });
    const edge = (): Promise<string> => filter.evaluate((button) => getComputedStyle(button).borderColor);
    const before = await edge();
    // A finger that is gone points at nothing.
    await (screen.hasTouch ? filter.tap() : filter.click());
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect((await edge()) === before).toBe(screen.hasTouch);
  });

  test('a price limit does not go with its market without a word, and is offered in the next one', async () => {
    const page = await visit('?q=leopard&max=90', { screen });
    await page.getByRole('button', { name: 'Remove up to €90' }).waitFor();
    await chooseMarket(page, 'uk');
    await page.locator('.bar-market').getByText('“up to €90” was for Europe.').waitFor();
    await page.getByRole('button', { name: 'up to £90', exact: true }).click();
    await page.getByRole('button', { name: 'Remove up to £90' }).waitFor();
    expect(await page.locator('.bar-market').count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('market')).toBe('uk');
    // Answered once, it does not come back.
    await page.getByRole('button', { name: 'Remove up to £90' }).click();
    await page.waitForURL((url) => url.search === '?q=leopard');
    await tiles(page).first().waitFor();
    expect(await page.locator('.bar-market').count()).toBe(0);
  });

  test('a link with prices of another market says so, and leads back', async () => {
    const page = await visit('?q=leopard', { screen });
    await tiles(page).first().waitFor();
    await chooseMarket(page, 'us');
    await page.getByText('$').first().waitFor();
    await page.goto(`${shop().url}?q=leopard&max=90&market=eu`);
    await page.getByText('Prices here are in EUR.').waitFor();
    await page.getByRole('button', { name: 'Show USD' }).click();
    await page.locator('.bar-market').getByText('“up to €90” was for Europe.').waitFor();
    expect(await page.getByText('Prices here are').count()).toBe(0);
    // Whoever chose no market is not told of another one.
    const stranger = await visit('?q=leopard&max=90&market=us', { screen });
    await stranger.getByRole('button', { name: 'Remove up to $90' }).waitFor();
    expect(await stranger.locator('.bar-market').count()).toBe(0);
  });

  test('how long a hold lasts is said before, and in which market it was made', async () => {
    const page = await visit(PRODUCT, { screen });
    await page.getByText('Held for 10 minutes: for that time, no one else can buy it.').waitFor();
    await page.getByText('You can extend that, to 15 minutes in all.').waitFor();
    await hold(page, 'M');
    const held = page.getByRole('region', { name: 'Held for you' });
    expect(await held.innerText()).not.toContain('held in');
    await chooseMarket(page, 'uk');
    await held.getByText('held in Europe').waitFor();
    await shop().gateway.db.query(
      `UPDATE holds SET created_at = clock_timestamp() - interval '11 minutes' WHERE status = 'ACTIVE'`,
    );
    await shop().gateway.db.query(
      `UPDATE holds SET expires_at = clock_timestamp() + interval '1 minute' WHERE status = 'ACTIVE'`,
    );
    // It offers what gains time, as far as it knows.
    await page.reload();
    await held.getByRole('button', { name: 'Extend' }).click();
    await page
      .getByText(/is held for 4 minutes from now\. That is as long as it can be held\./)
      .first()
      .waitFor();
    expect(await held.getByRole('button', { name: 'Extend' }).getAttribute('aria-disabled')).toBe('true');
    await held.getByRole('button', { name: 'Give back' }).click();
  });

  test('a product opens at its top, however long its answer takes', async () => {
    const page = await visit('', { screen });
    await tiles(page).first().waitFor();
    await page.evaluate(() => scrollTo(0, 700));
    await soon(async () => (await page.evaluate(() => scrollY)) === 700);
    await page.route('**/graphql', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return route.fallback();
    });
    await tiles(page)
      .first()
      .locator('.tile-link')
      .evaluate((link: HTMLElement) => link.click());
    // The place of its picture is there at once.
    await page.locator('.product-expected > span').waitFor();
    await page.locator('.product h1').waitFor();
    await page.getByRole('heading', { name: 'Looks like this' }).waitFor();
    await page.waitForTimeout(1_000);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.goBack();
    await soon(async () => (await page.evaluate(() => scrollY)) === 700);
  });

  test('a heart is full at once, and empty again if that was wrong', async () => {
    const page = await visit('?q=leopard', { screen, allows: /ERR_FAILED/ });
    let isFailing = true;
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('idempotencyKey') !== true) return route.fallback();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return isFailing ? route.abort() : route.fallback();
    });
    const heart = tiles(page).first().locator('.heart');
    await heart.waitFor();
    await tiles(page).first().hover();
    await heart.click();
    expect(await heart.getAttribute('aria-pressed')).toBe('true');
    await page
      .getByText(/could not be pinned\./)
      .first()
      .waitFor();
    expect(await heart.getAttribute('aria-pressed')).toBe('false');
    isFailing = false;
    await heart.click();
    expect(await heart.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: BOARD_BUTTON }).waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('a part of a picture is pinned, and not the whole picture', async () => {
    const page = await visit('', { screen });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.locator('.dot').first().click();
    await page.waitForURL(/box=/);
    const whole = new URL(page.url()).searchParams.get('picture');
    const heart = page.getByRole('button', { name: 'Pin this part' });
    await heart.click();
    expect(await heart.getAttribute('aria-pressed')).toBe('true');
    await soon(async () => (await heart.getAttribute('aria-disabled')) === 'false');
    await page.getByRole('button', { name: BOARD_BUTTON }).click();
    const pin = page.getByRole('list', { name: 'Pins' }).getByRole('listitem').first();
    await pin.waitFor();
    expect(await pin.getByRole('link').getAttribute('href')).not.toContain(`picture=${whole}`);
    await page.goBack();
    await page.getByRole('button', { name: 'Whole picture', exact: true }).click();
    await soon(async () => (await page.getByRole('button', { name: 'Pin', exact: true }).count()) === 1);
    expect(await page.getByRole('button', { name: 'Pin', exact: true }).getAttribute('aria-pressed')).toBe(
      'false',
    );
  });
});

test('their own picture is seen upright before it is ready to be sent', async () => {
  const page = await visit();
  await page.evaluate(() => {
    HTMLCanvasElement.prototype.toBlob = () => {};
  });
  const camera = await sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: '#7a5' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  await showPicture(page, camera);
  await page.getByText('Looking closely…').waitFor();
  const { width, height } = await placeOf(page.locator('.incoming canvas'));
  expect(Math.round((100 * width) / height)).toBe(75);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.incoming').waitFor({ state: 'detached' });
});

import { describe, expect } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { testInChromium as test } from './chromium.js';
import { BOARD_BUTTON, endHoldsIn, hold, receiveVisitors, SCREENS, soon, tiles } from './visit.js';

const { shop, visit } = receiveVisitors();

const PRODUCT = '?product=corso-nove-rafa-dress-lilac-black';

const heldOn = (page: Page) => page.getByRole('region', { name: 'Held for you' });

async function activeHolds(): Promise<number> {
  const { rows } = await shop().gateway.db.query(`SELECT 1 FROM holds WHERE status = 'ACTIVE'`);
  return rows.length;
}

async function release(page: Page): Promise<void> {
  await heldOn(page).getByRole('button', { name: 'Give back' }).click();
  await heldOn(page).waitFor({ state: 'detached' });
}

/** Whether a request is for a new hold. */
const isHoldNow = (route: Route): boolean => /"input":\{"lines"/.test(route.request().postData() ?? '');

describe('a hold', () => {
  test.each([
    { reloads: false, lost: 'by a proxy' },
    { reloads: true, lost: 'by the network' },
  ])(
    'whose answer was lost $lost is found by the next click (reload: $reloads)',
    async ({ reloads, lost }) => {
      const page = await visit(PRODUCT, { allows: /502|ERR_/ });
      const before = await activeHolds();
      let sent = 0;
      await page.route('**/graphql', async (route) => {
        if (!isHoldNow(route)) return route.fallback();
        sent += 1;
        await route.fetch();
        return lost === 'by a proxy'
          ? route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' })
          : route.abort('connectionreset');
      });
      await page
        .getByRole('group', { name: /^Size/ })
        .getByRole('button', { name: 'M', exact: true })
        .click();
      await page.getByRole('button', { name: 'Hold it for me' }).click();
      await page.getByRole('alert').waitFor();
      expect([sent, await activeHolds()]).toEqual([2, before + 1]);
      await page.unroute('**/graphql');
      if (reloads) {
        await page.reload();
        await page
          .getByRole('group', { name: /^Size/ })
          .getByRole('button', { name: 'M', exact: true })
          .click();
      }
      await page.getByRole('button', { name: 'Hold it for me' }).click();
      await heldOn(page).waitFor();
      expect(await activeHolds()).toBe(before + 1);
      await release(page);
      // The next one is another.
      await page.getByRole('button', { name: 'Hold it for me' }).click();
      await heldOn(page).waitFor();
      await release(page);
    },
  );

  test('that has ended since its answer was lost is made anew', async () => {
    const page = await visit(PRODUCT, { allows: /502/ });
    await page.route('**/graphql', async (route) => {
      if (!isHoldNow(route)) return route.fallback();
      await route.fetch();
      return route.fulfill({ status: 502, body: '' });
    });
    await page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: 'M', exact: true }).click();
    await page.getByRole('button', { name: 'Hold it for me' }).click();
    await page.getByRole('alert').waitFor();
    await page.unroute('**/graphql');
    await endHoldsIn(shop(), 0);
    await page.getByRole('button', { name: 'Hold it for me' }).click();
    expect(await heldOn(page).getByRole('timer').innerText()).toMatch(/^(?:9:5\d|10:00)$/);
    await release(page);
  });

  test('that one tab extends goes on in the other', async () => {
    const one = await visit(PRODUCT);
    await hold(one, 'M');
    await endHoldsIn(shop(), 0.15);
    await one.reload();
    await heldOn(one).waitFor();
    const other = await one.context().newPage();
    await other.goto(`${shop().url}${PRODUCT}`);
    await heldOn(other).waitFor();
    await heldOn(one).getByRole('button', { name: 'Extend' }).click();
    await soon(async () => /^(?:9:\d\d|10:00)$/.test(await heldOn(other).getByRole('timer').innerText()));
    // Past the first end.
    await other.waitForTimeout(9_000);
    expect(await heldOn(one).count()).toBe(1);
    expect(await heldOn(other).count()).toBe(1);
    await release(one);
    await heldOn(other).waitFor({ state: 'detached' });
  });

  test('is asked for before it is called over', async () => {
    const page = await visit(PRODUCT);
    await hold(page, 'M');
    await endHoldsIn(shop(), 0.1);
    await page.reload();
    await heldOn(page).waitFor();
    // The merchant's own system, for one, has given more time.
    await endHoldsIn(shop(), 5);
    await page.waitForTimeout(6_000);
    await soon(async () => /^4:\d\d$/.test(await heldOn(page).getByRole('timer').innerText()));
    await endHoldsIn(shop(), 0.1);
    await page.reload();
    await heldOn(page).waitFor();
    await heldOn(page).waitFor({ state: 'detached' });
    expect(await page.getByRole('status').allInnerTexts()).toContainEqual(
      expect.stringContaining('is no longer held'),
    );
  });
});

describe.each(SCREENS)('on a $name', (screen) => {
  test('a reload and a visit elsewhere come back to the same place of a long list', async () => {
    const page = await visit('', { screen });
    await tiles(page).first().waitFor();
    await page.mouse.move(200, 500);
    for (let turn = 0; turn < 4; turn += 1) {
      await page.mouse.wheel(0, 1_500);
      await page.waitForTimeout(1_000);
    }
    const there = async () => ({
      y: await page.evaluate(() => scrollY),
      seen: await page.evaluate(() =>
        [...document.querySelectorAll('.tile-link')]
          .filter((tile) => {
            const { top, bottom } = tile.getBoundingClientRect();
            return bottom > 0 && top < innerHeight;
          })
          .map((tile) => tile.getAttribute('href')),
      ),
    });
    // Wheels turn late on a busy machine, and the browser takes few changes of the history in a second.
    await soon(() =>
      page.evaluate(() => scrollY > 3_000 && Reflect.get(history.state as object, 'y') === scrollY),
    );
    await page.waitForTimeout(1_000);
    const before = await there();
    // Tiles come over several frames.
    const isBack = async (): Promise<boolean> => {
      const { y, seen } = await there();
      return Math.abs(y - before.y) < 2 && before.seen.every((tile) => seen.includes(tile));
    };
    await page.reload();
    await soon(isBack);
    await page.goto(`${shop().url}graphiql`);
    await page.goBack();
    await soon(isBack);
    // A new entry begins at its top.
    await page.getByRole('link', { name: 'Vitrine' }).evaluate((link: HTMLElement) => link.click());
    await soon(async () => (await there()).y === 0);
  });
});

describe('a link', () => {
  test.each(['?store=zz', '?q=dress&store=U3RvY2tMb2NhdGlvbjo5OTk5OTk'])(
    'with a store that is no more (%s) offers to give it up',
    async (query) => {
      const page = await visit(query, { allows: /400/ });
      await page.getByText('No product matches all of that').waitFor();
      // Seen, wherever the list begins.
      const giveUp = page.getByRole('button', { name: 'Clear all' });
      await soon(async () => {
        const box = await giveUp.boundingBox();
        return box !== null && box.y > 0 && box.y + box.height < SCREENS[0].viewport.height;
      });
      await giveUp.click();
      await tiles(page).first().waitFor();
      expect(page.url()).not.toContain('store=');
      await soon(() => page.evaluate(() => document.activeElement?.closest('#main') != null));
    },
  );

  test('with a NUL in its words finds what the words find', async () => {
    const page = await visit('?q=dress%00');
    await tiles(page).first().waitFor();
    await page.getByRole('heading', { name: '“dress”' }).waitFor();
  });

  test('with prices shows them in the market that they are of', async () => {
    const sender = await visit('?q=dress');
    await tiles(sender).first().waitFor();
    await sender.getByLabel('Market').selectOption('uk');
    await soon(async () => (await sender.locator('.tile .price').first().innerText()).includes('£'));
    await sender.getByRole('button', { name: 'Filter' }).click();
    const most = sender.getByRole('spinbutton', { name: 'To' });
    await most.fill('100');
    await most.blur();
    await sender.waitForURL(/max=100/);
    const { search } = new URL(sender.url());
    expect(new URLSearchParams(search).get('market')).toBe('uk');

    const stranger = await visit(search);
    await tiles(stranger).first().waitFor();
    const prices = await stranger.locator('.tile .price').allInnerTexts();
    expect(prices.every((price) => price.includes('£'))).toBe(true);
    expect(await stranger.getByLabel('Market').inputValue()).toBe('uk');
    // Their next visit is in their own market again.
    await stranger.goto(shop().url);
    await tiles(stranger).first().waitFor();
    expect(await stranger.locator('.tile .price').first().innerText()).not.toContain('£');
  });

  test('with prices of a market that is no more gives up the prices', async () => {
    const page = await visit('?q=dress&max=1&market=atlantis', { allows: /400/ });
    await tiles(page).first().waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ q: 'dress' });
  });
});

test('a stranger with the link of a board sees it, is told what that means, pins on it, and has a board of their own', async () => {
  const owner = await visit('?q=leopard');
  await tiles(owner).first().waitFor();
  await tiles(owner).first().hover();
  await tiles(owner).first().locator('.heart').click();
  const ownerBoard = owner.getByRole('button', { name: BOARD_BUTTON });
  await ownerBoard.click();
  expect(await ownerBoard.innerText()).toBe('1');
  await owner.getByRole('list', { name: 'Pins' }).getByRole('listitem').first().waitFor();
  const { search } = new URL(owner.url());

  const stranger = await visit(search);
  await stranger.getByRole('list', { name: 'Pins' }).getByRole('listitem').first().waitFor();
  await stranger
    .getByText(
      'Somebody shared this board with you. Everybody who has the link can see this board and change it.',
    )
    .waitFor();
  await stranger.getByRole('heading', { name: 'A shared board' }).waitFor();
  const german = await visit(search, { locale: 'de-DE' });
  await german.getByRole('list').getByRole('listitem').first().waitFor();
  await german.getByRole('heading', { name: 'Eine geteilte Pinnwand' }).waitFor();
  await tiles(stranger).first().waitFor();
  await stranger.getByRole('button', { name: 'Your board: pin something first' }).click();
  await stranger.locator('.told', { hasText: 'Tap the heart on anything that you like.' }).waitFor();
  await tiles(stranger).first().hover();
  await tiles(stranger).first().locator('.heart').click();
  await stranger
    .getByText(/is on this board\.$/)
    .first()
    .waitFor();
  await owner.reload();
  await soon(async () => (await owner.locator('.pin').count()) === 2);
  // Anywhere else, what a stranger likes is on a board of their own.
  await stranger.goto(shop().url);
  await tiles(stranger).first().hover();
  await tiles(stranger).first().locator('.heart').click();
  await stranger.getByRole('button', { name: BOARD_BUTTON }).waitFor();
  await owner.reload();
  await owner.locator('.pin').nth(1).waitFor();
  expect(await owner.locator('.pin').count()).toBe(2);
});

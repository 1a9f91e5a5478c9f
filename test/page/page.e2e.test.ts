import { describe, expect } from '@jest/globals';
import type { Page, Request } from 'playwright-core';
import sharp from 'sharp';
import { z } from 'zod';
import { pictureOf } from '../support/people.js';
import { axe } from './axe.js';
import { testInChromium as test } from './chromium.js';
import {
  BOARD_BUTTON,
  DRESS,
  endHoldsIn,
  hold,
  isStill,
  placeOf,
  receiveVisitors,
  SCREENS,
  shiftsOf,
  showPicture,
  sleepFor,
  snapshotOf,
  soon,
  tiles,
} from './visit.js';

const { shop, visit } = receiveVisitors();

describe.each(SCREENS)('on a $name', (screen) => {
  test('a picture in, what it is and what can be bought out', async () => {
    const page = await visit('', { screen });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.waitForURL(/picture=/);
    // What it is, or that nobody can tell: a part of the catalog is too small to be sure.
    await page.locator('.known h2').waitFor();
    await tiles(page).first().waitFor();
    expect(await tiles(page).first().innerText()).toContain('Rafa');
    // A reload shows the same: the link has everything.
    await page.reload();
    await tiles(page).first().waitFor();
    expect(await tiles(page).first().innerText()).toContain('Rafa');
  });

  test('a box is drawn with a pointer, and moved, resized and removed with keys', async () => {
    const page = await visit('', { screen });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.locator('.dot').first().waitFor();
    const { x, y, width, height } = await placeOf(page.locator('.stage'));
    await page.mouse.move(x + width * 0.3, y + height * 0.1);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height * 0.3, { steps: 4 });
    await page.mouse.move(x + width * 0.7, y + height * 0.5, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/box=/);
    const boxOf = (): number[] => (new URL(page.url()).searchParams.get('box') ?? '').split(',').map(Number);
    const drawn = boxOf();
    expect(drawn.map((side) => Math.round(side * 10))).toEqual([3, 1, 4, 4]);
    await page.locator('.frame').focus();
    await page.keyboard.press('ArrowRight');
    await soon(() => (boxOf()[0] ?? 0) > (drawn[0] ?? 1) + 0.01);
    await page.keyboard.press('Shift+ArrowDown');
    await soon(() => (boxOf()[3] ?? 0) > (drawn[3] ?? 1) + 0.01);
    await page.keyboard.press('Delete');
    await soon(() => !page.url().includes('box='));
    await page.locator('.dot').first().click();
    await page.waitForURL(/box=/);
    await tiles(page).first().waitFor();
  });

  test('sizes and facets narrow a list to what can be bought, and can be taken back', async () => {
    const page = await visit('?q=dress', { screen });
    await tiles(page).first().waitFor();
    const countOf = async (): Promise<number> =>
      Number.parseInt(await page.locator('.bar-count').innerText(), 10);
    await soon(async () => (await countOf()) > 0);
    const all = await countOf();
    await page.getByRole('button', { name: 'Only size XL', exact: true }).click();
    await page.waitForURL(/o\.size=XL/);
    await page.getByRole('button', { name: 'Remove XL' }).waitFor();
    // The counts before stay until the new ones are there.
    await soon(async () => (await countOf()) < all);
    await page.getByRole('button', { name: 'Filter' }).click();
    const pattern = page.getByRole('dialog').getByRole('button', { name: /^leopard/ });
    const promised = Number(await pattern.locator('small').innerText());
    await pattern.click();
    await page.getByRole('button', { name: `Show ${promised}`, exact: true }).click();
    await soon(async () => (await tiles(page).count()) === promised);
    for (const tile of await tiles(page).all())
      expect(await tile.locator('.tile-sizes').innerText()).toMatch(/\bXL\b/);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await soon(async () => (await countOf()) === all);
  });

  test('a hold counts down, survives a reload, and is given back', async () => {
    const page = await visit('?q=dress', { screen });
    await tiles(page).first().locator('.tile-link').click();
    await page.waitForURL(/product=/);
    const sizes = page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: /^[^,]+$/ });
    await sizes.first().click();
    await page.getByText(/In stock|Only \d+ left/).waitFor();
    await page.getByRole('button', { name: 'Hold it for me' }).click();
    const held = page.getByRole('region', { name: 'Held for you' });
    await held.waitFor();
    expect(await held.getByRole('timer').innerText()).toMatch(/^(?:9:5\d|10:00)$/);
    // Five minutes pass.
    await endHoldsIn(shop(), 5);
    await page.reload();
    await held.waitFor();
    const timer = held.getByRole('timer');
    expect(await timer.innerText()).toMatch(/^(?:4:\d\d|5:00)$/);
    await held.getByRole('button', { name: 'Extend' }).click();
    await soon(async () => /^(?:9:\d\d|10:00)$/.test(await timer.innerText()));
    // A phone that slept counted no seconds: https://github.com/amrlabib/react-timer-hook/issues/12
    await sleepFor(page, 3 * 60_000);
    await soon(async () => /^(?:6:\d\d|7:00)$/.test(await timer.innerText()));
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await held.getByRole('button', { name: 'Give back' }).click();
    await held.waitFor({ state: 'detached' });
  });

  test('what sells out while the shopper looks is said at once, with what there is instead', async () => {
    const page = await visit('?product=corso-nove-rafa-dress-lilac-black', { screen });
    const size = screen.isMobile ? 'M' : 'L';
    await page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: size, exact: true }).click();
    await page.getByText(/In stock|Only \d+ left/).waitFor();
    // The first event of the subscription says what is there.
    await page.waitForTimeout(500);
    await shop().gateway.db.query(
      `UPDATE stock_levels SET on_hand = 0 WHERE sku_id IN (
         SELECT skus.id FROM skus JOIN products ON products.id = skus.product_id
         WHERE products.handle = 'corso-nove-rafa-dress-lilac-black' AND skus.options ->> 'size' = $1
       )`,
      [size],
    );
    await page.getByText('Just sold out while you were looking').waitFor();
    const instead = page.getByRole('region', { name: 'You can have these now' });
    await instead.getByRole('listitem').first().waitFor();
    await instead.getByRole('button').first().click();
    await page.getByRole('button', { name: 'Hold it for me' }).waitFor();
  });

  test('a board has pins, colors, words and ideas', async () => {
    const page = await visit('?q=leopard', { screen });
    await tiles(page).first().waitFor();
    await tiles(page).first().hover();
    await tiles(page).first().locator('.heart').click();
    await page.getByRole('button', { name: BOARD_BUTTON }).click();
    await page.waitForURL(/board=/);
    await page.getByRole('list', { name: 'Pins' }).getByRole('listitem').first().waitFor();
    expect(await page.locator('.palette li').count()).toBeGreaterThan(0);
    // For people: without hex codes, and without the words that image generators want.
    expect(await page.locator('.brief-text').innerText()).toMatch(/^[A-Z][a-z0-9 -]+(?:, [a-z0-9 -]+)+$/);
    await page.getByRole('heading', { name: 'Ideas for this board' }).waitFor();
    await tiles(page).first().hover();
    await tiles(page)
      .first()
      .getByRole('button', { name: /^Less like/ })
      .click();
    await page.getByText('Not like this').waitFor();
    await page
      .getByRole('button', { name: /off the board/ })
      .first()
      .click();
    await page.getByText('Taken off').waitFor();
  });

  test('a list goes on without end, nothing moves, and going back finds the same place', async () => {
    const page = await visit('', { screen });
    const furthest = async (): Promise<number> =>
      Number(await tiles(page).last().getAttribute('aria-posinset'));
    await soon(async () => (await furthest()) > 4);
    await page.waitForTimeout(500);
    expect(await shiftsOf(page)).toBe(0);
    await page.mouse.wheel(0, 3_000);
    await soon(async () => (await furthest()) > 12);
    await page.mouse.wheel(0, 2_000);
    await page.waitForTimeout(800);
    expect(await shiftsOf(page)).toBeLessThan(0.001);
    const place = await page.evaluate(() => scrollY);
    expect(place).toBeGreaterThan(500);
    await page.evaluate(() => {
      const link = [...document.querySelectorAll('.tile-link')].find(
        (tile) => tile.getBoundingClientRect().top > 100,
      );
      if (link instanceof HTMLElement) link.click();
    });
    await page.waitForURL(/product=/);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goBack();
    await soon(async () => Math.abs((await page.evaluate(() => scrollY)) - place) < 2);
  });

  test.each([
    '',
    '?q=dress',
    '?product=corso-nove-rafa-dress-lilac-black',
    '?alike=corso-nove-rafa-dress-lilac-black',
  ])('at %j, axe finds nothing, by day and by night, and right-to-left fits', async (query) => {
    const page = await visit(query, { screen });
    // Of a product, what looks like it is far below.
    await page.locator('.masonry-frame').first().scrollIntoViewIfNeeded();
    await tiles(page).first().waitFor();
    const paper = new Set<string>();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await isStill(page);
      paper.add(await page.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor));
      expect(await axe(page)).toEqual([]);
    }
    expect(paper.size).toBe(2);
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl';
    });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBeLessThanOrEqual(0);
  });

  test('axe finds nothing in a picture with a box, in the filters, and in the panel for engineers', async () => {
    const page = await visit('', { screen });
    await showPicture(page, await snapshotOf(shop(), DRESS));
    await page.locator('.dot').first().click();
    await tiles(page).first().waitFor();
    await page.locator('.known h2').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('dialog').getByRole('group', { name: 'Size' }).waitFor();
    await isStill(page);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'For developers' }).click();
    const panel = page.getByRole('dialog');
    // The last search is open already, so a click would close it where no question came after it.
    const search = panel.locator('details').filter({ hasText: 'FindAlike' }).first();
    await search.waitFor();
    if ((await search.getAttribute('open')) === null) await search.locator('summary').click();
    await isStill(page);
    expect(await axe(page)).toEqual([]);
    const facts = await search.locator('dt').allTextContents();
    for (const fact of [
      'Round trip',
      'Points',
      'Proven as of',
      'Index lag',
      'Candidates',
      'Dropped',
      'Refills',
      'Region',
    ])
      expect(facts).toContain(fact);
    const link = await search.getByRole('link', { name: 'Open in GraphiQL' }).getAttribute('href');
    expect(new URL(link ?? '', shop().url).searchParams.get('query')).toMatch(/\b(?:query|mutation) \w+/);
  });
});

test('whoever wants less motion sees none', async () => {
  const page = await visit();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.locator('dialog[open] .chip').first().waitFor();
  const durations = await page.evaluate(() => [
    ...new Set(
      [...document.querySelectorAll('*')].flatMap((element) => {
        const { animationDuration, transitionDuration } = getComputedStyle(element);
        return `${animationDuration}, ${transitionDuration}`.split(', ');
      }),
    ),
  ]);
  // In seconds; one millisecond still has its end.
  for (const duration of durations) expect(Number.parseFloat(duration)).toBeLessThanOrEqual(0.001);
});

test('a gallery slides back to its first picture, but not for whoever wants less motion', async () => {
  const page = await visit('?product=osterfeld-calla-penny-loafer-burgundy-tan');
  const gallery = page.getByRole('list', { name: 'Pictures' });
  const behavior = (): Promise<string> => gallery.evaluate((list) => getComputedStyle(list).scrollBehavior);
  expect(await behavior()).toBe('smooth');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await behavior()).toBe('auto');
});

test('words are suggested while they are typed, cleared at once, and chosen with keys', async () => {
  const page = await visit('', { screen: SCREENS[1] });
  const field = page.getByRole('combobox', { name: 'Search with words' });
  await field.fill('leop');
  const suggestion = page.locator('.suggestions [role=option]');
  await suggestion.first().waitFor();
  await page.getByRole('button', { name: 'Clear the search field' }).click();
  await suggestion.first().waitFor({ state: 'hidden' });
  expect(await field.inputValue()).toBe('');
  // The focus is in the field again.
  await page.keyboard.type('leop');
  await suggestion.first().waitFor();
  await field.press('ArrowDown');
  expect(await field.getAttribute('aria-activedescendant')).not.toBeNull();
  await field.press('Enter');
  await page.waitForURL(/[?&](?:q|product|category|brand)=/);
  await tiles(page).first().waitFor();
});

/** As a browser says it of a file that comes from elsewhere. */
const bring = (page: Page, type: 'paste' | 'dragenter' | 'drop', picture: Buffer): Promise<boolean> =>
  page.evaluate(
    ({ how, base64 }) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
      const on = { bubbles: true, cancelable: true };
      return document.body.dispatchEvent(
        how === 'paste'
          ? new ClipboardEvent(how, { ...on, clipboardData: data })
          : new DragEvent(how, { ...on, dataTransfer: data }),
      );
    },
    { how: type, base64: picture.toString('base64') },
  );

test('a picture is dropped anywhere, and the next one pasted', async () => {
  const page = await visit('', { screen: SCREENS[1] });
  const picture = await snapshotOf(shop(), DRESS);
  await bring(page, 'dragenter', picture);
  await page.getByText('Drop it anywhere').waitFor();
  await bring(page, 'drop', picture);
  await page.waitForURL(/picture=/);
  expect(await page.getByText('Drop it anywhere').count()).toBe(0);
  await page.locator('.dot').first().waitFor();
  const first = page.url();
  await bring(page, 'paste', await sharp(picture).flop().jpeg().toBuffer());
  await page.waitForURL((url) => url.href !== first && /picture=/.test(url.search));
  await page.locator('.dot').first().waitFor();
});

test('a person is found with the garments that they wear', async () => {
  const page = await visit();
  await showPicture(page, await pictureOf('person-in-skirt'), 'image/png');
  await page.waitForURL(/picture=/);
  await page.getByText(/Tap a dot|Tap where/).waitFor();
  await tiles(page).first().waitFor();
});

test('a 12-megapixel portrait is turned upright and made smaller before it is sent', async () => {
  const page = await visit();
  const camera = await sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: '#7a5' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const answered = page.waitForResponse((response) => response.url().endsWith('/images'));
  await showPicture(page, camera);
  const { width, height } = z
    .object({ width: z.number(), height: z.number() })
    .parse(await (await answered).json());
  expect([width, height]).toEqual([1_200, 1_600]);
});

test('a screenshot of a shop is searched, and a part of it finds what it shows', async () => {
  const page = await visit('?product=corso-nove-rafa-dress-lilac-black', { screen: SCREENS[1] });
  await page.locator('.product .picture-there').first().waitFor();
  const { width, height } = SCREENS[1].viewport;
  const shown = await placeOf(page.locator('.product .picture').first());
  const screenshot = await page.screenshot();
  await page.goto(shop().url);
  await showPicture(page, screenshot, 'image/png');
  await page.waitForURL(/picture=/);
  await tiles(page).first().waitFor();
  const part = [shown.x / width, shown.y / height, shown.width / width, shown.height / height];
  await page.goto(`${page.url()}&box=${part.map((side) => side.toFixed(3)).join(',')}`);
  await soon(async () =>
    (await tiles(page).first().locator('.tile-title').innerText()).startsWith('Rafa leopard viscose Dress'),
  );
});

test('of what is no garment, the page says that it cannot tell', async () => {
  const page = await visit();
  const noise = await sharp({
    create: {
      width: 400,
      height: 300,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg()
    .toBuffer();
  await showPicture(page, noise);
  await page.getByText('I can’t tell what this is.').waitFor();
});

test('a file that is no picture is refused with words, and the page goes on', async () => {
  const page = await visit();
  await showPicture(page, Buffer.from('not a picture'));
  await page.getByText('This picture cannot be read').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await tiles(page).first().waitFor();
});

test('a picture that is too large for the gateway is refused with words', async () => {
  const page = await visit('', { allows: /413/ });
  await page.route('**/images', (route) =>
    route.fulfill({ status: 413, json: { error: { code: 'IMAGE_TOO_LARGE', message: '' } } }),
  );
  await showPicture(page, await snapshotOf(shop(), DRESS));
  await page.getByText('This picture is too large').waitFor();
});

test('offline is said, and what was asked comes when there is a connection again', async () => {
  const page = await visit('', { allows: /ERR_INTERNET_DISCONNECTED|WebSocket/ });
  await tiles(page).first().waitFor();
  await page.context().setOffline(true);
  const field = page.getByRole('combobox', { name: 'Search with words' });
  await field.fill('skirt');
  await field.press('Enter');
  await page.getByText('You are offline').waitFor();
  await page.context().setOffline(false);
  await tiles(page).first().waitFor();
});

test('a caller who asked too much is told for how long to wait, and then is answered', async () => {
  const page = await visit('', { allows: /429/ });
  await tiles(page).first().waitFor();
  let refusals = 0;
  await page.route('**/graphql', async (route) => {
    const isBrowse = route.request().postData()?.includes('"sort":"RELEVANCE"') === true && refusals < 1;
    if (!isBrowse) return route.fallback();
    refusals += 1;
    return route.fulfill({
      status: 429,
      contentType: 'application/json',
      body: JSON.stringify({
        errors: [{ message: '', extensions: { code: 'THROTTLED', retryAfterMs: 3_000 } }],
      }),
    });
  });
  const field = page.getByRole('combobox', { name: 'Search with words' });
  await field.fill('skirt');
  await field.press('Enter');
  await page.getByText(/Trying again in [123] s/).waitFor();
  await tiles(page).first().waitFor();
});

test('nothing with all of that offers to give up a choice', async () => {
  const page = await visit('?q=dress&max=0.5');
  await page.getByText('No product matches all of that').waitFor();
  await page.getByRole('button', { name: 'Clear all' }).click();
  await tiles(page).first().waitFor();
});

test('another market has its own prices, and the choice is kept', async () => {
  const page = await visit();
  await tiles(page).first().waitFor();
  await page.getByLabel('Market').selectOption('uk');
  await soon(async () => (await page.locator('.tile .price').first().innerText()).includes('£'));
  await page.reload();
  await tiles(page).first().waitFor();
  expect(await page.locator('.tile .price').first().innerText()).toContain('£');
});

test('an operation opens in GraphiQL as it was sent, with its variables', async () => {
  const page = await visit('?q=leopard', { screen: SCREENS[1] });
  await tiles(page).first().waitFor();
  await page.getByRole('button', { name: 'For developers' }).click();
  const panel = page.getByRole('dialog');
  await panel.getByText('Browse').first().click();
  const link = await panel.getByRole('link', { name: 'Open in GraphiQL' }).first().getAttribute('href');
  await page.goto(new URL(link ?? '', shop().url).href);
  await page.getByText('query Browse').first().waitFor();
  await page.getByText('"leopard"').first().waitFor();
  expect(page.url()).not.toContain('variables=');
});

test('the camera does not ask with what it has seen, never twice at a time, and not when it is closed', async () => {
  const page = await visit();
  await tiles(page).first().waitFor();
  let asked = 0;
  let open = 0;
  let most = 0;
  const isFrame = (request: Request): boolean => request.postData()?.includes('"base64"') === true;
  page.on('request', (request) => {
    if (!isFrame(request)) return;
    asked += 1;
    open += 1;
    most = Math.max(most, open);
  });
  const ended = (request: Request): void => {
    if (isFrame(request)) open -= 1;
  };
  page.on('requestfinished', ended).on('requestfailed', ended);
  let answer = (): void => {};
  const isLate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/graphql', async (route) => {
    if (isFrame(route.request())) await isLate;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Live camera' }).click();
  const said = page.getByText('Point it at something to wear.');
  await said.waitFor();
  const { y } = await placeOf(page.getByRole('button', { name: 'Close', exact: true }));
  answer();
  await page.locator('.live-shelf li').first().waitFor();
  await said.waitFor({ state: 'detached' });
  expect((await placeOf(page.getByRole('button', { name: 'Close', exact: true }))).y).toBe(y);
  // The camera of the test hardly moves.
  await page.waitForTimeout(1_500);
  expect(asked).toBeLessThan(4);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await soon(() => open === 0);
  const before = asked;
  await page.waitForTimeout(1_000);
  expect([asked, most]).toEqual([before, 1]);
});

test('a German browser reads German', async () => {
  const page = await visit('', { locale: 'de-DE' });
  await page.getByRole('heading', { name: 'Zeig uns, was dir gefällt.' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
});

test('keys alone find, choose, hold and give back', async () => {
  const page = await visit('', { screen: SCREENS[1] });
  await tiles(page).first().waitFor();
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      );
      if (name.test(focused)) return;
    }
    throw new Error(`No press of Tab leads to ${String(name)}`);
  };
  await tabTo(/Search with words/);
  await page.keyboard.type('dress');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=dress/);
  await tiles(page).first().waitFor();
  await tabTo(/Dress/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/product=/);
  // Not the top of the page: what was pressed is gone.
  await soon(() => page.evaluate(() => document.activeElement?.id === 'main'));
  await page.getByRole('group', { name: /^Size/ }).waitFor();
  await tabTo(/^(?:XS|S|M|L|XL|XXL)$/);
  await page.keyboard.press('Enter');
  await tabTo(/Hold it for me/);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Held for you' }).waitFor();
  await tabTo(/Give back/);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Held for you' }).waitFor({ state: 'detached' });
});

// Failed on 2026-11-29: the picture of another color was shown, after a reload too.
test('the picture of the color that is chosen comes first', async () => {
  const page = await visit('?product=osterfeld-calla-penny-loafer-burgundy-tan');
  const first = page.locator('.gallery img').first();
  const shown = async (): Promise<{ readonly source: string | null; readonly left: number }> => ({
    source: await first.getAttribute('src'),
    left: (await first.boundingBox())?.x ?? Infinity,
  });
  await first.waitFor();
  const before = await shown();
  await page.getByRole('button', { name: 'tan', exact: true }).click();
  await soon(async () => (await shown()).source !== before.source && (await shown()).left < 40);
  const tan = await shown();
  // Demo stores jumped to the top: https://github.com/Shopify/hydrogen/pull/1767
  const buttons = page.getByRole('group', { name: /^Color/ });
  await buttons.scrollIntoViewIfNeeded();
  const top = await page.evaluate(() => scrollY);
  await page.getByRole('button', { name: 'burgundy', exact: true }).click();
  await soon(async () => (await shown()).source !== tan.source);
  expect(await page.evaluate(() => scrollY)).toBe(top);
  await page.getByRole('button', { name: 'tan', exact: true }).click();
  await soon(async () => (await shown()).source === tan.source && (await shown()).left < 40);
  await page.reload();
  await soon(async () => (await shown()).source === tan.source);
});

test('with a size, the color that comes first is one that can be bought in it', async () => {
  await shop().gateway.db.query(
    `UPDATE stock_levels SET on_hand = 0 WHERE sku_id IN (
       SELECT skus.id FROM skus JOIN products ON products.id = skus.product_id
       WHERE products.handle = 'osterfeld-calla-penny-loafer-burgundy-tan'
         AND skus.options @> '{"size": "43", "color": "burgundy"}'
     )`,
  );
  const page = await visit('?product=osterfeld-calla-penny-loafer-burgundy-tan');
  const color = (name: string) => page.getByRole('button', { name, exact: true });
  await color('burgundy').waitFor();
  expect(await color('burgundy').getAttribute('aria-pressed')).toBe('true');
  await page.goto(`${shop().url}?product=osterfeld-calla-penny-loafer-burgundy-tan&o.size=43`);
  await color('tan').waitFor();
  expect(await color('tan').getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Hold it for me' }).waitFor();
});

// Failed on 2026-11-29: the hold was forgotten at once, and without https (crypto.randomUUID) nothing could be held.
test('a hold counts down by the clock of the gateway, also where the browser has few features', async () => {
  const page = await visit('');
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 15 * 60_000;
    Object.defineProperty(crypto, 'randomUUID', { value: undefined });
  });
  await page.goto(new URL('?product=corso-nove-rafa-dress-lilac-black', page.url()).href);
  // Other tests have sold out M and L.
  await hold(page, 'S');
  const held = page.getByRole('region', { name: 'Held for you' });
  expect(await held.getByRole('timer').innerText()).toMatch(/^(?:9:\d\d|10:0\d)$/);
  await held.getByRole('button', { name: 'Give back' }).click();
  await held.waitFor({ state: 'detached' });
});

// Failed on 2026-11-29: what Office puts beside a text as a picture was searched for.
test('a text that is pasted is no picture', async () => {
  const page = await visit('');
  await page.getByRole('combobox', { name: 'Search' }).click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'dress');
    data.items.add(new File([new Uint8Array(10)], 'image.png', { type: 'image/png' }));
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  await page.waitForTimeout(500);
  expect(page.url()).not.toContain('picture=');
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('who holds the last unit is not told that it is sold out', async () => {
  const page = await visit('?product=corso-nove-rafa-dress-lilac-black');
  await shop().gateway.db.query(
    `UPDATE stock_levels SET on_hand = safety_stock + (location_id = (
       SELECT min(location_id) FROM stock_levels AS other WHERE other.sku_id = stock_levels.sku_id
     ))::integer WHERE sku_id = (
       SELECT skus.id FROM skus JOIN products ON products.id = skus.product_id
       WHERE products.handle = 'corso-nove-rafa-dress-lilac-black' AND skus.options ->> 'size' = 'S'
     )`,
  );
  await page.waitForTimeout(500);
  await hold(page, 'S');
  // The hold is an event of the subscription too.
  await page.waitForTimeout(1_000);
  expect(await page.getByRole('button', { name: 'Held for you', exact: true }).count()).toBe(1);
  expect(await page.getByText('Just sold out').count()).toBe(0);
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByText('Only 1 left').waitFor();
});

test('a hold outlives a reload while the gateway has no time', async () => {
  const page = await visit('?product=corso-nove-rafa-dress-lilac-black');
  await hold(page, 'XS');
  let refusals = 0;
  await page.route('**/graphql', async (route) => {
    // The request with the id of the hold alone.
    const isHeldNow = /"variables":\{"channel":"[^"]+","id":/.test(route.request().postData() ?? '');
    if (!isHeldNow) return route.fallback();
    refusals += 1;
    return route.fulfill({ status: 503, body: 'busy' });
  });
  await page.reload();
  await soon(() => refusals > 0);
  await page.unroute('**/graphql');
  await page.reload();
  await page.getByRole('region', { name: 'Held for you' }).waitFor();
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('region', { name: 'Held for you' }).waitFor({ state: 'detached' });
});

test('two tabs of a browser hold together', async () => {
  const one = await visit('?product=corso-nove-rafa-dress-lilac-black');
  const other = await one.context().newPage();
  await other.goto(`${shop().url}?product=corso-nove-rafa-dress-lilac-black`);
  await other.getByRole('group', { name: /^Size/ }).waitFor();
  await hold(one, 'XS');
  await hold(other, 'XL');
  await one.reload();
  await one.getByRole('button', { name: /1 more held/ }).click();
  const held = one.getByRole('region', { name: 'Held for you' }).getByRole('article');
  await soon(async () => (await held.count()) === 2);
  await held.first().getByRole('button', { name: 'Give back' }).click();
  await soon(async () => (await held.count()) === 1);
  const seen = other.getByRole('region', { name: 'Held for you' }).getByRole('article');
  await soon(async () => (await seen.count()) === 1);
  await seen.getByRole('button', { name: 'Give back' }).click();
  await soon(async () => (await held.count()) === 0);
});

test('what only another market offers is pinned there, and its heart stays full', async () => {
  const page = await visit();
  await tiles(page).first().waitFor();
  await page.getByLabel('Market').selectOption('uk');
  await soon(async () => (await page.locator('.tile .price').first().innerText()).includes('£'));
  const href = (await tiles(page).nth(5).locator('.tile-link').getAttribute('href')) ?? '';
  await shop().gateway.db.query(
    `DELETE FROM prices USING skus, products
     WHERE prices.sku_id = skus.id AND skus.product_id = products.id AND products.handle = $1
       AND price_list_id <> (SELECT price_list_id FROM channels WHERE handle = 'uk')`,
    [new URL(href, shop().url).searchParams.get('product')],
  );
  const heart = tiles(page).nth(5).locator('.heart');
  await heart.click();
  // Full at once, and no longer busy once it is on the board.
  await page.locator('.tile .heart-full[aria-disabled=false]').waitFor();
  await page.reload();
  await tiles(page).first().waitFor();
  const again = page.locator('.tile', { has: page.locator(`a[href="${href}"]`) }).locator('.heart');
  await soon(async () => (await again.getAttribute('aria-pressed')) === 'true');
});

test('between gateways of two versions, the page asks again, and loads itself again once', async () => {
  const page = await visit('', { allows: /./ });
  await tiles(page).first().waitFor();
  let loads = 0;
  let refusals = 2;
  page.on('load', () => (loads += 1));
  await page.route('**/graphql', (route) => {
    if (refusals === 0 || route.request().postData()?.includes('"sort":"RELEVANCE"') !== true)
      return route.fallback();
    refusals -= 1;
    return route.fulfill({
      status: 404,
      contentType: 'application/json',
      body: JSON.stringify({
        errors: [{ message: '', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
      }),
    });
  });
  const search = async (words: string): Promise<void> => {
    const field = page.getByRole('combobox', { name: 'Search with words' });
    await field.fill(words);
    await field.press('Enter');
  };
  await search('skirt');
  await page.getByRole('heading', { name: 'skirt' }).first().waitFor();
  await tiles(page).first().waitFor();
  expect([loads, refusals]).toEqual([0, 0]);
  refusals = 1_000;
  await search('coat');
  await page.getByText('That did not work').waitFor();
  expect(loads).toBe(1);
});

test('what can be ordered while it is out of stock is held, and not called sold out', async () => {
  const ofSize = `products.id = skus.product_id AND skus.options ->> 'size' = 'XL'
    AND products.handle = 'corso-nove-rafa-dress-lilac-black'`;
  await shop().gateway.db.query(
    `UPDATE skus SET when_out = 'backorder' FROM products WHERE ${ofSize};
     UPDATE stock_levels SET on_hand = 0 FROM skus, products WHERE stock_levels.sku_id = skus.id AND ${ofSize}`,
  );
  const page = await visit('?product=corso-nove-rafa-dress-lilac-black');
  await page.getByRole('group', { name: /^Size/ }).getByRole('button', { name: 'XL', exact: true }).click();
  await page.getByText('Can be ordered').waitFor();
  await hold(page, 'XL');
  await page.getByRole('region', { name: 'Held for you' }).waitFor();
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('region', { name: 'Held for you' }).waitFor({ state: 'detached' });
});

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../support/waiting.js';
import { openChromium } from '../../bench/chromium.js';
import { hasChromium, testInChromium as test } from './chromium.js';
import { openShop, type Shop } from './shop.js';

/** Importing a part of the demo catalog on a busy machine. */
const START_MS = 300_000;
const WAIT_MS = 90_000;
jest.setTimeout(5 * WAIT_MS);

const DOCUMENT = /\/page\/index-[0-9A-F]{8}\.html/;
/** The document of a version that is not built yet. */
const NEXT_DOCUMENT = '/page/index-00000002.html';

let shop: Shop;
let browser: Browser;
let front: Front;

beforeAll(async () => {
  if (!hasChromium) return;
  shop = await openShop();
  browser = await openChromium();
  front = await openFront(shop.url);
}, START_MS);
afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await front.close();
  await shop.close();
});

const open: BrowserContext[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((context) => context.close()));
});

/** Stands before the gateway, and can be of its next version. */
interface Front {
  readonly url: string;
  /** Whether files and documents are those of the next version. */
  isNext: boolean;
  /** Whether the gateway knows none of the documents of this version. */
  refuses: boolean;
  close(): Promise<void>;
}

async function openFront(gateway: string): Promise<Front> {
  const front = { isNext: false, refuses: false };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const body = await text(request);
    const isDocument = path.split('?')[0] === '/' || DOCUMENT.test(path) || path === NEXT_DOCUMENT;
    if (front.refuses && path.startsWith('/graphql')) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"errors":[{"message":"","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}');
      return;
    }
    if (front.isNext ? DOCUMENT.test(path) && path !== NEXT_DOCUMENT : path === NEXT_DOCUMENT) {
      response.writeHead(404).end();
      return;
    }
    const answered = await fetch(new URL(path === NEXT_DOCUMENT ? '/' : path, gateway), {
      method: request.method ?? 'GET',
      headers: { accept: request.headers.accept ?? '*/*' },
      ...(request.method === 'POST' ? { body, headers: { 'content-type': 'application/json' } } : {}),
    });
    const bytes = Buffer.from(await answered.arrayBuffer());
    const headers = Object.fromEntries(
      [...answered.headers].filter(
        ([name]) =>
          !/^(?:content-(?:encoding|length)|transfer-encoding|connection|etag|keep-alive)$/.test(name),
      ),
    );
    response.writeHead(answered.status, headers);
    if (!front.isNext) response.end(bytes);
    else if (path === '/service-worker.js')
      response.end(bytes.toString().replaceAll(new RegExp(DOCUMENT, 'g'), NEXT_DOCUMENT));
    else if (isDocument) response.end(bytes.toString().replace('<html', '<html data-version="2"'));
    else response.end(bytes);
  };
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return Object.assign(front, {
    url: `http://127.0.0.1:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

/** Opens the page as a new visitor with a phone, and waits until it could start without the network. */
async function firstVisit(url: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  });
  context.setDefaultTimeout(WAIT_MS);
  open.push(context);
  const page = await context.newPage();
  await page.goto(url);
  await tiles(page).first().waitFor();
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 20));
  });
  return page;
}

const tiles = (page: Page) => page.locator('.tile[aria-posinset]');

/** What the browser keeps for visits without the network. */
const keptUrls = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const all = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return all.flat().map(({ url }) => url);
  });

const versionOf = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.documentElement.getAttribute('data-version'));

test('a second visit without a connection says so, and shows what was seen last, without price and stock', async () => {
  const page = await firstVisit(shop.url);
  // The worker sees the pictures of the next visit.
  await page.reload();
  await tiles(page).first().locator('.picture-there').waitFor();
  const title = await tiles(page).first().locator('.tile-title').innerText();
  expect(await tiles(page).first().locator('.price').count()).toBe(1);
  await until('the picture is kept', async () =>
    (await keptUrls(page)).some((url) => url.includes('/images/')),
  );
  await page.goto('about:blank');

  await page.context().setOffline(true);
  await page.goto(shop.url);
  await page.getByRole('heading', { name: 'You are offline' }).waitFor();
  const seen = page.locator('.last-seen');
  await seen.getByRole('heading', { name: 'What you saw last' }).waitFor();
  expect(await seen.locator('.tile-title').first().innerText()).toBe(title);
  await seen.locator('.picture-there').first().waitFor();
  expect(await seen.locator('.price, .tile-sizes').count()).toBe(0);
  expect((await keptUrls(page)).filter((url) => url.includes('graphql'))).toEqual([]);

  await page.context().setOffline(false);
  await seen.waitFor({ state: 'detached' });
  await tiles(page).first().locator('.price').waitFor();
});

test('a visit that begins without a connection offers the markets once there is one', async () => {
  const page = await firstVisit(shop.url);
  await page.reload();
  const choice = page.locator('.market select');
  await choice.selectOption({ index: 1 });
  const chosen = await choice.inputValue();
  await tiles(page).first().locator('.picture-there').waitFor();
  await page.goto('about:blank');
  await page.context().setOffline(true);
  await page.goto(shop.url);
  await page.getByRole('heading', { name: 'You are offline' }).waitFor();
  await page.context().setOffline(false);
  await choice.waitFor();
  expect(await choice.inputValue()).toBe(chosen);
});

test('a browser may install it', async () => {
  const page = await firstVisit(shop.url);
  const tools = await page.context().newCDPSession(page);
  const { errors } = await tools.send('Page.getAppManifest');
  const { installabilityErrors } = await tools.send('Page.getInstallabilityErrors');
  // The windows of tests are private, which is not the page's fault.
  const faults = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
  expect([errors, faults]).toEqual([[], []]);
});

test('a second visit asks the gateway for no file of the page', async () => {
  const page = await firstVisit(shop.url);
  const fromNetwork: string[] = [];
  page.on('response', (response) => {
    if (!response.fromServiceWorker() && !response.url().includes('/graphql'))
      fromNetwork.push(response.url());
  });
  await page.reload();
  await tiles(page).first().locator('.picture-there').waitFor();
  expect(fromNetwork.filter((url) => !url.includes('/images/'))).toEqual([]);
});

test('the pictures that are kept are few, and none is an upload', async () => {
  const page = await firstVisit(shop.url);
  await page.reload();
  await tiles(page).first().locator('.picture-there').waitFor();
  await page.evaluate(async () => {
    const picture = document.querySelector<HTMLImageElement>('.tile img')?.src ?? '';
    // As an image, which is what the worker keeps; the gateway ignores the rest of the address.
    for (let index = 0; index < 320; index += 1) await fetch(`${picture}&again=${index}`);
    await fetch(`/images/${btoa(`Upload:${'0'.repeat(64)}`)}`);
  });
  await until('old pictures are forgotten', async () => {
    const images = (await keptUrls(page)).filter((url) => url.includes('/images/'));
    return images.length === 300 && images.every((url) => !url.includes('VXBsb2Fk'));
  });
});

test('the next version takes over with the visit after the one that finds it', async () => {
  const page = await firstVisit(front.url);
  front.isNext = true;
  try {
    await page.reload();
    expect(await versionOf(page)).toBeNull();
    await until('the next version is kept', async () =>
      (await keptUrls(page)).some((url) => url.endsWith(NEXT_DOCUMENT)),
    );
    await until('its worker has taken over', () =>
      page.evaluate(async () => {
        const { installing, waiting, active } = await navigator.serviceWorker.ready;
        return installing === null && waiting === null && active?.state === 'activated';
      }),
    );
    await page.context().setOffline(true);
    await page.goto(front.url);
    expect(await versionOf(page)).toBe('2');
    await until('the version before is forgotten', async () => {
      const documents = (await keptUrls(page)).filter((url) => DOCUMENT.test(url));
      return documents.length === 1 && documents[0]?.endsWith(NEXT_DOCUMENT) === true;
    });
  } finally {
    front.isNext = false;
  }
});

test('a page of an old version that the gateway no longer answers is loaded from the network', async () => {
  const page = await firstVisit(front.url);
  front.isNext = true;
  front.refuses = true;
  try {
    await page.reload();
    await until('the page is the next version', async () => {
      try {
        return (await versionOf(page)) === '2';
      } catch {
        // It is being loaded.
        return false;
      }
    });
    front.refuses = false;
    await page.goto(front.url);
    await tiles(page).first().waitFor();
  } finally {
    front.isNext = false;
    front.refuses = false;
  }
});

test('the first question is on its way before the script, and is asked once', async () => {
  const visits = await Promise.all(['', '?q=dress'].map(firstQuestions));
  // The browser complains about what it loaded in vain after some seconds.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(visits).toEqual([
    { asked: [JSON.stringify({ isHome: true })], complaints: [] },
    { asked: [JSON.stringify({ isHome: false })], complaints: [] },
  ]);
});

/** What a page asks in its address, and what the browser says about it, also after this has resolved. */
async function firstQuestions(query: string): Promise<{ asked: string[]; complaints: string[] }> {
  const context = await browser.newContext();
  context.setDefaultTimeout(WAIT_MS);
  open.push(context);
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/graphql' && request.method() === 'GET')
      asked.push(url.searchParams.get('variables') ?? '');
  });
  await page.goto(`${shop.url}${query}`);
  await tiles(page).first().waitFor();
  const early = await page.evaluate(() => {
    const entries = performance.getEntriesByType('resource');
    const startOf = (part: string): number =>
      entries.find(({ name }) => name.includes(part))?.startTime ?? Number.NaN;
    return [startOf('/graphql?'), startOf('/page/main-')];
  });
  expect(early[0]).toBeLessThanOrEqual(early[1] ?? 0);
  return { asked, complaints };
}

test('the invitation waits for no answer, and nothing moves when it comes', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  open.push(context);
  const page = await context.newPage();
  let answer = (): void => {};
  const isAwaited = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/graphql*', async (route) => {
    await isAwaited;
    await route.continue();
  });
  await page.goto(shop.url);
  await page.getByRole('heading', { name: 'Show us what you love.' }).waitFor();
  const before = await page.locator('.tile-expected').first().boundingBox();
  answer();
  await tiles(page).first().waitFor();
  expect(await tiles(page).first().boundingBox()).toMatchObject({ x: before?.x, y: before?.y });
});

test('however far the list is scrolled, the document has only the tiles near the screen, and the one in focus', async () => {
  const page = await firstVisit(shop.url);
  await tiles(page).first().locator('.tile-link').focus();
  const positions = (): Promise<number[]> =>
    tiles(page).evaluateAll((all) => all.map((tile) => Number(tile.getAttribute('aria-posinset'))));
  await until('forty products have been scrolled by', async () => {
    await page.mouse.wheel(0, 400);
    return Math.max(...(await positions())) > 40;
  });
  await until('what is far away has left', async () => {
    const near = await positions();
    return near.length < 30 && near.includes(1) && near.includes(2) && !near.includes(10);
  });
  // Keys go on from where they were.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const focused = (): Promise<number> =>
    page.evaluate(() =>
      Number(document.activeElement?.closest('[aria-posinset]')?.getAttribute('aria-posinset')),
    );
  await until('the focus is on the next product', async () => (await focused()) === 2);
  await until('what is around it has come back', async () => (await positions()).includes(5));
});

/**
 * Lets the page start without the network: it is answered from what was kept of the last visit, and pictures that were
 * seen are shown again. What the gateway says of stock and prices is never kept.
 */
import { SHELL_CACHE } from '../shell-cache.js';

declare const self: ServiceWorkerGlobalScope;

const IMAGE_CACHE = 'vitrine-images';
/** About the pictures of a visit, a few megabytes. */
const MAX_IMAGES = 300;
/** How the ids of uploads begin: they are deleted within a week, here too. */
const UPLOADS = `/images/${btoa('Upload')}`;

self.addEventListener('install', (event) => {
  // All or nothing: a gateway of another version does not have these files, and the next visit tries again.
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === '/') event.respondWith(shellFor(event));
  } else if (pathname.startsWith('/page/')) {
    event.respondWith(kept(SHELL_CACHE, pathname).then((file) => file ?? fetch(request)));
  } else if (pathname.startsWith('/images/') && !pathname.startsWith(UPLOADS)) {
    event.respondWith(imageFor(event));
  }
});

/** Nothing where the browser keeps nothing, as in private windows. */
const kept = (cache: string, key: Request | string): Promise<Response | undefined> =>
  caches
    .open(cache)
    .then((open) => open.match(key))
    .catch(() => undefined);

const fill = async (): Promise<void> => (await caches.open(SHELL_CACHE)).addAll([...SHELL_FILES]);

/** The page as it was kept; after it was forgotten, as the gateway has it now. */
async function shellFor(event: FetchEvent): Promise<Response> {
  const shell = await kept(SHELL_CACHE, SHELL_DOCUMENT);
  // Browsers refuse to show what a proxy has redirected.
  if (shell !== undefined && !shell.redirected) {
    event.waitUntil(forgetOthers());
    return shell;
  }
  const response = await fetch(event.request);
  // Fails where the gateway is of another version, which has a worker of its own.
  event.waitUntil(fill().catch(() => {}));
  return response;
}

/** An address of a picture always has the same picture, so that it needs no second look. */
async function imageFor(event: FetchEvent): Promise<Response> {
  const known = await kept(IMAGE_CACHE, event.request);
  if (known !== undefined) return known;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(keepImage(event.request, response.clone()).catch(() => {}));
  return response;
}

async function keepImage(request: Request, response: Response): Promise<void> {
  const images = await caches.open(IMAGE_CACHE);
  await images.put(request, response);
  const all = await images.keys();
  // In the order in which they came.
  await Promise.all(
    all.slice(0, Math.max(0, all.length - MAX_IMAGES)).map((oldest) => images.delete(oldest)),
  );
}

/** Forgets the files of versions before. Not before the visit after: a page of one may still be loading them. */
async function forgetOthers(): Promise<void> {
  const shell = await caches.open(SHELL_CACHE);
  const files = await shell.keys();
  await Promise.all(
    files.filter(({ url }) => !SHELL_FILES.includes(new URL(url).pathname)).map((file) => shell.delete(file)),
  );
}

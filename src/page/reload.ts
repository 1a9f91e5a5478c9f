import { SHELL_CACHE } from './shell-cache.js';

const KEY = 'vitrine.reloaded';
/** While gateways of two versions answer, the next one may be of the other version again. */
const PAUSE_MS = 60_000;

/**
 * Loads the page again when the gateway is of another version: it was upgraded while this page was open, and has the
 * files and documents of the next one only. At most once a minute, and not without a connection.
 */
export function reloadForUpgrade(): void {
  if (!navigator.onLine) return;
  try {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < PAUSE_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    // Nothing would stop the next reload.
    return;
  }
  void forgetShell().then(() => location.reload());
}

/** Otherwise the service worker would answer with this version again. */
async function forgetShell(): Promise<void> {
  // Only where connections are encrypted.
  if (!('caches' in window)) return;
  await caches.delete(SHELL_CACHE).catch(() => {});
}

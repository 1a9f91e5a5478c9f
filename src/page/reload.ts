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
  location.reload();
}

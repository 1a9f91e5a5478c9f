/** After what the shopper came for is on the screen. */
const PAUSE_MS = 2_000;

/** Has the service worker installed, where the browser allows one: this visit goes on without it. To be called once. */
export function registerWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  setTimeout(() => {
    // Without it, the page is the same, and needs the network.
    navigator.serviceWorker.register('/service-worker.js', { updateViaCache: 'none' }).catch(() => {});
  }, PAUSE_MS);
}

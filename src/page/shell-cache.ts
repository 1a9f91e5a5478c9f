/** Where the service worker keeps the page itself; the page forgets it before it loads itself again. */
export const SHELL_CACHE = 'vitrine-shell';

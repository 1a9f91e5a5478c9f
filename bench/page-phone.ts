import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A phone of the middle class, of the time of this code, beside a core of a server. */
export const CPU_SLOWDOWN = 4;
/** A good mobile network. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 500_000 };

/** Opens an empty page as a new visitor with a phone, as large and as slow as one. */
export async function openPhone(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', NETWORK);
  return { context, page };
}

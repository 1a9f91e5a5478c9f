/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// What is evaluated in a page sees its document.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where distributions install it. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is; undefined where there is none. */
export const chromiumPath = process.env['VITRINE_TEST_CHROMIUM'] ?? PATHS.find((path) => existsSync(path));

export const noChromium =
  chromiumPath === undefined
    ? 'needs Chromium: apt-get install chromium, or its path in VITRINE_TEST_CHROMIUM'
    : undefined;

/**
 * Opens Chromium, without its sandbox, which containers do not allow. Its camera shows `film`, an MJPEG file, or else a
 * pattern. @throws Error where there is none
 */
export async function openChromium(film?: string): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`This ${noChromium ?? ''}.`);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      ...(film === undefined ? [] : [`--use-file-for-fake-video-capture=${film}`]),
    ],
  });
}

import { existsSync } from 'node:fs';
import { test } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

/** Where distributions install it. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const path = process.env['VITRINE_TEST_CHROMIUM'] ?? PATHS.find(existsSync);

if (path === undefined) {
  process.stderr.write(
    'Skipped: the page is not tested, because there is no Chromium. Install it (apt-get install chromium), or set ' +
      'VITRINE_TEST_CHROMIUM to its path.\n',
  );
}

/** `test`, skipped where there is no Chromium. */
export const testInChromium = path === undefined ? test.skip : test;
export const hasChromium = path !== undefined;

/** Chromium without its sandbox, which containers do not allow. */
export async function openChromium(args: readonly string[] = []): Promise<Browser> {
  if (path === undefined) throw new Error('There is no Chromium.');
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', ...args] });
}

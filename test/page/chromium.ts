import { test } from '@jest/globals';
import { noChromium } from '../../bench/chromium.js';

if (noChromium !== undefined) process.stderr.write(`Skipped: the page is not tested, which ${noChromium}.\n`);

export const hasChromium = noChromium === undefined;
/** `test`, skipped where there is no Chromium. */
export const testInChromium = hasChromium ? test : test.skip;

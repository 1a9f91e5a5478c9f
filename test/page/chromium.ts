import { test } from '@jest/globals';
import { noChromium } from '../../bench/chromium.js';

// A run that should say whether everything works does not skip a part of it.
if (noChromium !== undefined && process.env['CI'] !== undefined) throw new Error(`The page ${noChromium}.`);
if (noChromium !== undefined) process.stderr.write(`Skipped: the page is not tested, which ${noChromium}.\n`);

export const hasChromium = noChromium === undefined;
/** `test`, skipped where there is no Chromium. */
export const testInChromium = hasChromium ? test : test.skip;

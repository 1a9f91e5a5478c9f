import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { PAGE, renderPage } from '../../bench/page.js';
import { readRecords } from '../../bench/record.js';

describe('docs/benchmarks.md', () => {
  test('is what bench/results renders to: run npm run bench:docs', async () => {
    expect(await readFile(PAGE, 'utf8')).toBe(renderPage(await readRecords()));
  });
});

import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { deWords } from '../../src/page/texts/de-words.js';

test('each kind of the demo catalog has a German word', async () => {
  const feed = await readFile(new URL('../../catalog/feed.tsv', import.meta.url), 'utf8');
  const [head = '', ...lines] = feed.trimEnd().split('\n');
  const column = head.split('\t').indexOf('product_type');
  const kinds = new Set(lines.flatMap((line) => line.split('\t')[column]?.toLowerCase().split(' > ') ?? []));
  expect([...kinds].filter((kind) => !(kind in deWords))).toEqual([]);
});

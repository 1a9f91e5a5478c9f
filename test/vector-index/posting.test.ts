import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Posting } from '../../src/vector-index/embedded/posting.js';

test('a posting has the rows that were added and not deleted', () => {
  const step = fc.record({ row: fc.integer({ min: 0, max: 400 }), add: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 300 }),
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 100 }),
      (steps, start, count) => {
        const posting = new Posting('red');
        const rows = new Set<number>();
        const added = Array.from({ length: count }, (_, i) => ({ row: (start + i) % 401, add: true }));
        for (const { row, add } of [...added, ...steps]) {
          if (add) posting.add(row);
          else posting.delete(row);
          if (add) rows.add(row);
          else rows.delete(row);
        }
        const words = new Uint32Array(13);
        posting.addTo(words);
        const found = Array.from({ length: 416 }, (_, row) => row).filter(
          (row) => (((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1,
        );
        expect(found).toEqual([...rows].sort((a, b) => a - b));
        expect(posting.size).toBe(rows.size);
      },
    ),
  );
});

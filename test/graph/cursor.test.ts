import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../src/graph/cursor.js';

const values = z.tuple([z.string(), z.number()]);

test('a cursor has the values that were written into it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 500, unit: 'grapheme' }), fc.integer(), (name, key) => {
      expect(decodeCursor(encodeCursor([name, key]), values)).toEqual([name, key]);
    }),
  );
});

test.each([
  '',
  'x',
  '!',
  encodeCursor([]),
  encodeCursor([1, 'a']),
  Buffer.from('{"a":').toString('base64url'),
])('a text without such values is no cursor: %j', (text) => {
  expect(decodeCursor(text, values)).toBeNull();
});

test('a text that is longer than any cursor is not parsed', () => {
  const parse = jest.spyOn(JSON, 'parse');
  expect(decodeCursor(encodeCursor(['a'.repeat(10_000), 1]), values)).toBeNull();
  expect(parse).not.toHaveBeenCalled();
});

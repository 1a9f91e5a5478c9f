import { expect, test } from '@jest/globals';
import { errorMessage } from '../../src/platform/operator-error.js';

test.each([
  ['its message', new Error('It broke.'), 'It broke.'],
  // What Node throws when no address of a host can be reached.
  [
    'its code without a message',
    Object.assign(new AggregateError([new Error('::1'), new Error('127.0.0.1')]), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
  ],
  ['its name without either', new TypeError(), 'TypeError'],
  ['what was thrown', 'a string', 'a string'],
])('an error is told by %s', (_, thrown, told) => {
  expect(errorMessage(thrown)).toBe(told);
});

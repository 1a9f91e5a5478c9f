import { expect, test } from '@jest/globals';
import { isTracing, startRequestSpan, traced, traceFields } from '../../src/platform/tracing.js';

test('without tracing, work runs as if it were called directly', () => {
  expect(isTracing()).toBe(false);
  const promise = Promise.resolve(1);
  expect(traced('name', () => promise)).toBe(promise);
  expect(startRequestSpan('name', {}, {})).toBeNull();
  expect(traceFields()).toEqual({});
});

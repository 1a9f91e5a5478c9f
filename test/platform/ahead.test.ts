import { expect, test } from '@jest/globals';
import { ahead } from '../../src/platform/ahead.js';

// Failed on 2026-11-28: Ctrl-C during the import of the demo catalog ended the process with a stack.
test('a source that fails while its consumer works fails when the consumer asks for more', async () => {
  async function* source(): AsyncGenerator<number> {
    yield 1;
    throw new Error('the source failed');
  }
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    const values = ahead(source());
    expect(await values.next()).toEqual({ done: false, value: 1 });
    // Node reports rejections that nobody handles after the current work.
    await new Promise((resolve) => setImmediate(resolve));
    await expect(values.next()).rejects.toThrow('the source failed');
  } finally {
    process.off('unhandledRejection', note);
  }
  expect(unhandled).toEqual([]);
});

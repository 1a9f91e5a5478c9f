import { expect, test } from '@jest/globals';
import { closeAll } from '../../src/platform/close-all.js';

test('each part is closed, one after the other, also when those before it could not be', async () => {
  const closed: string[] = [];
  const part = (name: string, error?: Error) => async (): Promise<void> => {
    await Promise.resolve();
    closed.push(name);
    if (error !== undefined) throw error;
  };
  await closeAll([part('server'), part('database')]);
  const full = new Error('the disk is full');
  await expect(closeAll([part('index', full), part('encoder')])).rejects.toBe(full);
  const away = new Error('the database is away');
  await expect(closeAll([part('pool', away), part('log', full), part('folder')])).rejects.toMatchObject({
    errors: [away, full],
  });
  expect(closed).toEqual(['server', 'database', 'index', 'encoder', 'pool', 'log', 'folder']);
});

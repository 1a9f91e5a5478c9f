import { expect, jest, test } from '@jest/globals';
import { DatabaseSpeed } from '../../src/platform/database-speed.js';

test('the slowness of Postgres is what the same work takes, against the fastest that it was', async () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  try {
    const measure = jest.fn<() => Promise<number>>();
    const speed = new DatabaseSpeed(measure);
    const next = async (ms: number): Promise<number> => {
      measure.mockResolvedValue(ms);
      speed.slowness();
      await new Promise(setImmediate);
      return speed.slowness();
    };
    expect(await next(10)).toBe(1);
    expect(await next(50)).toBe(1);
    expect(measure).toHaveBeenCalledTimes(1);
    now.mockReturnValue(1_000);
    expect(await next(50)).toBe(5);
    now.mockReturnValue(2_000);
    expect(await next(5)).toBe(1);
    now.mockReturnValue(3_000);
    measure.mockRejectedValueOnce(new Error('gone'));
    speed.slowness();
    await new Promise(setImmediate);
    expect(speed.slowness()).toBe(1);
    now.mockReturnValue(4_000);
    expect(await next(50)).toBe(10);
  } finally {
    now.mockRestore();
  }
});

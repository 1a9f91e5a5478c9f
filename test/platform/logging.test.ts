import { afterEach, expect, jest, test } from '@jest/globals';
import { createLogger } from '../../src/platform/logging.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function written(): string[] {
  const lines: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  return lines;
}

test('away from a terminal, a line is a JSON object', () => {
  const lines = written();
  createLogger('info', null).info({ port: 4000 }, 'Listening');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, port: 4000, msg: 'Listening' });
});

test('on a terminal, a line is for people', () => {
  const lines: string[] = [];
  createLogger('info', (line) => lines.push(line)).warn({ images: 3 }, 'Left out');
  expect(lines.join('\n')).toMatch(/WARN[^]*Left out[^]*images.*3/);
});

test('secrets are left out wherever they stand', () => {
  const lines = written();
  const log = createLogger('info', null);
  log.info({ apiKey: 'hidden', headers: { authorization: 'Bearer hidden' } }, 'Asked');
  log.error({ err: new Error('connect to postgres://shop:hidden@db:5432/shop failed') }, 'Failed');
  expect(lines.join('')).not.toContain('hidden');
  expect(lines.join('')).toContain('postgres://shop:***@db:5432/shop');
});

test('what is below the level is not written', () => {
  const lines = written();
  createLogger('warn', null).info('quiet');
  createLogger('silent', null).fatal('quiet');
  expect(lines).toEqual([]);
});

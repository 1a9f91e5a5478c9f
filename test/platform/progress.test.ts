import { expect, test } from '@jest/globals';
import { lineProgress } from '../../src/platform/progress.js';

function recorded() {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const progress = lineProgress(
    (line) => lines.push(line),
    () => clock.ms,
  );
  return { lines, clock, progress };
}

test('away from a terminal, a line every few seconds tells how far it is, how fast, and how long to go', () => {
  const { lines, clock, progress } = recorded();
  progress.start('Images', 400);
  for (let second = 1; second <= 9; second += 1) {
    clock.ms = second * 1_000;
    progress.advance(20);
  }
  clock.ms = 20_000;
  progress.advance(220);
  progress.done();
  expect(lines).toEqual([
    'Images: 400',
    'Images: 100/400, 20/s, 15 s left',
    'Images: 400/400, 20/s',
    'Images: 400 in 20 s',
  ]);
});

test('work without a known end tells what was done', () => {
  const { lines, clock, progress } = recorded();
  progress.start('Reading', null);
  clock.ms = 6_000;
  progress.advance(3);
  progress.say('something else');
  progress.done('Read it all.');
  progress.done('Not twice.');
  expect(lines).toEqual(['Reading', 'Reading: 3, 0.5/s', 'something else', 'Read it all.']);
});

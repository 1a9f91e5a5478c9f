import type { Definitions } from './cloth.js';
import { lighten } from './color.js';

/** Colors of the studio's background paper. */
const grounds = {
  studio: '#f1f0ee',
  white: '#f8f8f7',
  grey: '#dcdcdd',
  sand: '#eae2d6',
  blush: '#efe2de',
  sage: '#dfe4da',
  sky: '#dee5ea',
} as const;

export type Ground = keyof typeof grounds;

/** The background of the whole picture: paper lit from the upper left; for a standing object, with a floor. */
export function groundOf(name: Ground, stance: 'laid' | 'standing', definitions: Definitions): string {
  const color = grounds[name];
  const stop = (offset: number, shade: number): string =>
    `<stop offset="${offset}" stop-color="${lighten(color, shade)}"/>`;
  const wall = definitions.add(
    'radialGradient',
    'cx="0.36" cy="0.3" r="0.95"',
    stop(0, 0.018) + stop(0.55, -0.004) + stop(1, -0.055),
  );
  const paper = `<rect width="800" height="1000" fill="${wall}"/>`;
  if (stance === 'laid') return paper;
  const floor = definitions.add(
    'linearGradient',
    'x1="0" y1="0" x2="0" y2="1"',
    '<stop offset="0.6" stop-color="#000" stop-opacity="0"/><stop offset="0.7" stop-color="#000" stop-opacity="0.035"/><stop offset="1" stop-color="#fff" stop-opacity="0.25"/>',
  );
  return `${paper}<rect width="800" height="1000" fill="${floor}"/>`;
}

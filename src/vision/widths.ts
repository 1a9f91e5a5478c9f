import { MAX_RENDERED_WIDTH } from './decode.js';

/** The widths in which images are rendered. Wanted widths are rounded up, so that few files of an image are cached. */
export const WIDTHS = [64, 128, 256, 384, 512, 768, 1024, 1536, MAX_RENDERED_WIDTH] as const;

/** The width to render for a wanted one. Wider than the original (if that is known) shows no more of it. */
export function renderedWidth(wanted: number, original = Infinity): number {
  const needed = Math.min(wanted, original);
  return WIDTHS.find((width) => width >= needed) ?? MAX_RENDERED_WIDTH;
}

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { garmentTypes, parseDesign, patterns } from '../../src/garment/design.js';
import { renderGarment } from '../../src/garment/render.js';

/** Draws every option of the demo catalog's designs: about 400 drawings, whose filters take time. */
const SMALL = { width: 64, height: 80, format: 'png' } as const;

// The code that decodes shoppers' images blocks SVG for its whole process, and jest runs many files in one process.
const SVG = { operation: ['VipsForeignLoadSvg'] };
beforeAll(() => sharp.unblock(SVG));
afterAll(() => sharp.block(SVG));

test.each(garmentTypes)(
  'a %s can be drawn in every pattern, and each looks different from plain cloth',
  async (type) => {
    const raw = async (pattern: (typeof patterns)[number]): Promise<Buffer> => {
      const image = await renderGarment(
        parseDesign({ type, color: 'cream', accent: 'burgundy', pattern }),
        SMALL,
      );
      return sharp(image).raw().toBuffer();
    };
    const plain = await raw('solid');
    const unseen: string[] = [];
    for (const pattern of patterns.filter((name) => name !== 'solid')) {
      const printed = await raw(pattern);
      expect(printed).toHaveLength(plain.length);
      const changed = printed.filter((value, index) => Math.abs(value - (plain[index] ?? 0)) > 5).length;
      if (changed / printed.length < 0.01) unseen.push(pattern);
    }
    expect(unseen).toEqual([]);
  },
);

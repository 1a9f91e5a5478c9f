import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { garmentTypes, parseDesign, vocabulary } from '../../src/garment/design.js';
import { drawGarment } from '../../src/garment/draw.js';
import { renderGarment } from '../../src/garment/render.js';

/** Small rasters: they show what is tested here too, and filters take time per pixel. */
const SMALL = { width: 64, height: 80, format: 'png' } as const;
const MIDDLE = { left: 22, top: 30, width: 20, height: 24 };

// The code that decodes shoppers' images blocks SVG for its whole process, and jest runs many files in one process.
const SVG = { operation: ['VipsForeignLoadSvg'] };
beforeAll(() => sharp.unblock(SVG));
afterAll(() => sharp.block(SVG));

async function meanOfMiddle(image: Buffer): Promise<number[]> {
  const { channels } = await sharp(await sharp(image).extract(MIDDLE).toBuffer()).stats();
  return channels.map(({ mean }) => mean);
}

describe('a drawing', () => {
  const design = parseDesign({ type: 'shirt', color: 'navy', pattern: 'floral' });

  test('is the same bytes for the same design and seed', () => {
    const again = parseDesign({ pattern: 'floral', color: '#232f4f', type: 'shirt' });
    expect(drawGarment(again, { seed: 'a' })).toBe(drawGarment(design, { seed: 'a' }));
  });

  test('falls otherwise for another seed', () => {
    expect(drawGarment(design, { seed: 'b' })).not.toBe(drawGarment(design, { seed: 'a' }));
  });

  test('refers to nothing outside and holds no text', () => {
    const svg = drawGarment(design);
    expect(svg).not.toMatch(/<text|<image|href|NaN|undefined/);
    const used = new Set([...svg.matchAll(/url\(#(\w+)\)/g)].map(([, id]) => id));
    const defined = new Set([...svg.matchAll(/ id="(\w+)"/g)].map(([, id]) => id));
    expect([...used].filter((id) => !defined.has(id))).toEqual([]);
  });

  test.each(['jpeg', 'webp', 'png'] as const)('comes as %s in the size asked for', async (format) => {
    const image = await renderGarment(design, { width: 100, height: 125, format });
    expect(await sharp(image).metadata()).toMatchObject({ width: 100, height: 125, format });
  });

  test('stands on the ground asked for', async () => {
    const corner = async (ground: 'white' | 'grey'): Promise<number> => {
      const image = await renderGarment(design, { ...SMALL, ground });
      const { channels } = await sharp(
        await sharp(image).extract({ left: 0, top: 0, width: 4, height: 4 }).toBuffer(),
      ).stats();
      return channels[0]?.mean ?? 0;
    };
    expect(await corner('white')).toBeGreaterThan((await corner('grey')) + 10);
  });

  test('comes nearer in the detail view', async () => {
    const full = await renderGarment(design, SMALL);
    const detail = await renderGarment(design, { ...SMALL, view: 'detail' });
    const edge = async (image: Buffer): Promise<number> => {
      const { channels } = await sharp(
        await sharp(image).extract({ left: 0, top: 20, width: 3, height: 20 }).toBuffer(),
      ).stats();
      return channels[0]?.mean ?? 0;
    };
    expect(await edge(full)).toBeGreaterThan(200);
    expect(await edge(detail)).toBeLessThan(160);
  });
});

describe.each(garmentTypes)('a %s', (type) => {
  test('shows its color in the middle', async () => {
    const [red, , blue] = await meanOfMiddle(
      await renderGarment(parseDesign({ type, color: '#b02030' }), SMALL),
    );
    const [otherRed, , otherBlue] = await meanOfMiddle(
      await renderGarment(parseDesign({ type, color: '#2040b0' }), SMALL),
    );
    expect((red ?? 0) - (blue ?? 0)).toBeGreaterThan(25);
    expect((otherBlue ?? 0) - (otherRed ?? 0)).toBeGreaterThan(25);
  });

  test('can be drawn in every cut that its vocabulary has', () => {
    const words = vocabulary[type];
    for (const aspect of ['silhouette', 'sleeve', 'neckline', 'length'] as const) {
      const drawings = (words[aspect] ?? []).map((value) =>
        drawGarment(parseDesign({ type, color: 'navy', [aspect]: value }), { seed: 'cut' }),
      );
      for (const svg of drawings) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect({ aspect, distinct: new Set(drawings).size }).toEqual({ aspect, distinct: drawings.length });
    }
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { palette } from '../../../src/garment/color.js';
import {
  garmentTypes,
  parseDesign,
  vocabulary,
  type Design,
  type DesignInput,
} from '../../../src/garment/design.js';
import { labOf, nearestName } from '../../../src/design/tech-pack/color.js';
import { toDxf } from '../../../src/design/tech-pack/dxf.js';
import { areaOf, crossesItself, distance, type Line } from '../../../src/design/tech-pack/geometry.js';
import { labelPlace } from '../../../src/design/tech-pack/label.js';
import { toPdf } from '../../../src/design/tech-pack/pdf.js';
import { labelOf } from '../../../src/design/tech-pack/piece.js';
import { techPackSchema, type TechPack, type TechPackSize } from '../../../src/design/tech-pack/schema.js';
import { toSvg } from '../../../src/design/tech-pack/svg.js';
import { techPack, type Drawn, type TechPackOptions } from '../../../src/design/tech-pack/tech-pack.js';

const SCHEMA = fileURLToPath(new URL('../../../schema/tech-pack.schema.json', import.meta.url));

const cutTypes = garmentTypes.filter(
  (type) => techPack(parseDesign({ type, color: 'navy' }), { palette }).available,
);

/** Every silhouette, sleeve, neckline and length of a type, each beside the defaults of the others. */
function variants(type: Design['type']): DesignInput[] {
  const words = vocabulary[type];
  const aspects = ['silhouette', 'sleeve', 'neckline', 'length'] as const;
  return aspects.flatMap((aspect) =>
    (words[aspect] ?? [undefined]).map((value): DesignInput => ({ type, color: 'navy', [aspect]: value })),
  );
}

function drawn(design: DesignInput, options: Partial<TechPackOptions> = {}): Drawn {
  const made = techPack(parseDesign(design), { palette, ...options });
  if (!made.available) throw new Error(made.reason);
  return made;
}

const sizeOf = (pack: TechPack, name: string): TechPackSize => {
  const size = pack.sizes.find((one) => one.name === name);
  if (!size) throw new Error(`no size ${name}`);
  return size;
};

describe.each(cutTypes)('a %s can be cut', (type) => {
  const figures = type === 'dress' || type === 'skirt' ? (['women'] as const) : (['women', 'men'] as const);
  // The defaults in all sizes; each variant for one figure in its smallest and largest size, between which measures are linear.
  const made = [
    ...figures.map((figure) => ({
      figure,
      design: { type, color: 'navy' },
      sizes: undefined,
    })),
    ...variants(type).map((design, i) => {
      const figure = figures[i % figures.length] ?? 'women';
      const names = drawn({ type, color: 'navy' }, { figure }).pack.sizes.map(({ name }) => name);
      return { figure, design, sizes: [names[0] ?? '', names.at(-1) ?? ''] };
    }),
  ].map(({ figure, design, sizes }) => ({
    design,
    ...drawn(design, { figure, ...(sizes ? { sizes } : {}) }),
  }));
  const faults = (of: (size: TechPackSize) => readonly (readonly [string, boolean])[]): string[] =>
    made.flatMap(({ design, pack }) =>
      pack.sizes.flatMap((size) =>
        of(size)
          .filter(([, isRight]) => !isRight)
          .map(([what]) => JSON.stringify([design, pack.figure, size.name, what])),
      ),
    );

  test('pieces are closed, do not cross themselves, and have their allowances outside', () => {
    expect(
      faults((size) =>
        size.pieces.flatMap((piece): [string, boolean][] => [
          [`${piece.id}: seam line crosses itself`, !crossesItself(piece.seamLine)],
          [`${piece.id}: cut line crosses itself`, !crossesItself(piece.cutLine)],
          [`${piece.id}: area`, areaOf(piece.seamLine) > 0],
          [`${piece.id}: allowances`, areaOf(piece.cutLine) >= areaOf(piece.seamLine)],
          ...piece.notches.map(({ at, cut, seam }): [string, boolean] => [
            `${piece.id}: notch of ${seam}`,
            onOutline(cut, piece.cutLine) < 1.5 && onOutline(at, piece.seamLine) < 0.1,
          ]),
        ]),
      ),
    ).toEqual([]);
  });

  test('seams to be sewn together have one length, plus their stated ease', () => {
    expect(
      faults((size) =>
        size.seams.map(({ name, lengthA, lengthB, ease }) => [
          name,
          Math.abs(lengthB - lengthA - ease) < 0.5,
        ]),
      ),
    ).toEqual([]);
  });

  test('every size is at least as large as the one before', () => {
    for (const { pack } of made) {
      pack.sizes.slice(1).forEach((size, i) => {
        const before = pack.sizes[i];
        size.measures.forEach(({ value }, at) => {
          expect(value).toBeGreaterThanOrEqual(before?.measures[at]?.value ?? 0);
        });
        expect(Math.max(...size.fabric.map(({ area }) => area))).toBeGreaterThan(
          Math.max(...(before?.fabric.map(({ area }) => area) ?? [0])),
        );
      });
    }
  });

  test('labels are inside their pieces', () => {
    const pieces = [...drawn({ type, color: 'navy' }).pieces].flatMap(([size, all], i, sizes) =>
      i === 0 || i === sizes.length - 1 ? all.map((piece) => ({ size, piece })) : [],
    );
    const outside = pieces.flatMap(({ size, piece }) => {
      const lines = labelOf(piece, size);
      const { at, font, turned } = labelPlace(piece, lines);
      const long = Math.max(...lines.map((line) => line.length)) * font * 0.5;
      const deep = (lines.length - 1) * font * 1.25;
      const ends: Line = turned
        ? [at, [at[0], at[1] + long], [at[0] - deep, at[1]], [at[0] - deep, at[1] + long]]
        : [at, [at[0] + long, at[1]], [at[0], at[1] + deep], [at[0] + long, at[1] + deep]];
      return ends.every((end) => isWithin(end, piece.seamLine)) ? [] : [`${size} ${piece.id}`];
    });
    expect(outside).toEqual([]);
  });
});

function isWithin([x, y]: readonly [number, number], outline: Line): boolean {
  const crossed = outline.filter((a, i) => {
    const b = outline[(i + 1) % outline.length] ?? a;
    return a[1] > y !== b[1] > y && x < a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]);
  });
  return crossed.length % 2 === 1;
}

function onOutline(point: readonly [number, number], outline: Line): number {
  return Math.min(
    ...outline.map((a, i) => {
      const b = outline[(i + 1) % outline.length] ?? a;
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
      const t = Math.max(
        0,
        Math.min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)),
      );
      return distance(point, [a[0] + t * dx, a[1] + t * dy]);
    }),
  );
}

test('the sleeve of a shirt is eased into its armhole', () => {
  const armhole = sizeOf(drawn({ type: 'shirt', color: 'white' }).pack, 'M').seams.find(
    ({ name }) => name === 'armhole',
  );
  expect(armhole).toMatchObject({ ease: 10, how: 'eased', b: ['-sleeve.cap'] });
});

test('the girth of the pieces is the body plus the ease', () => {
  const { pack, pieces } = drawn({ type: 't-shirt', color: 'white' });
  expect(sizeOf(pack, 'M').measures[0]).toEqual({ name: 'bust girth', value: 1020, ease: 80 });
  const [front, back] = ['front', 'back'].map((id) => pieces.get('M')?.find((piece) => piece.id === id));
  const width = (line: Line | undefined): number =>
    Math.max(...(line ?? []).filter(([, y]) => y < 300).map(([x]) => x));
  expect(2 * (width(front?.seamLine) + width(back?.seamLine))).toBeCloseTo(1020, -1);
});

test('the waist of a dress is that of the body plus the ease, with its darts closed', () => {
  const waist = (silhouette: DesignInput['silhouette']) =>
    sizeOf(drawn({ type: 'dress', color: 'navy', silhouette }).pack, 'M').measures.find(
      ({ name }) => name === 'waist',
    );
  expect(waist('a-line')).toEqual({ name: 'waist', value: 840, ease: 60 });
  expect(waist('bodycon')).toEqual({ name: 'waist', value: 815, ease: 35 });
  expect(waist('wrap')).toBeUndefined();
});

test('trousers are as wide as the hip and a little ease', () => {
  for (const size of drawn({ type: 'trousers', color: 'navy' }).pack.sizes) {
    const y = size.body['waistToHip'] ?? 0;
    const across = size.pieces
      .filter(({ id }) => id === 'front' || id === 'back')
      .map(({ seamLine }) => {
        const xs = seamLine.flatMap((a, i): number[] => {
          const b = seamLine[(i + 1) % seamLine.length] ?? a;
          return a[1] <= y === b[1] <= y ? [] : [a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1])];
        });
        return Math.max(...xs) - Math.min(...xs);
      });
    const ease = 2 * across.reduce((sum, width) => sum + width, 0) - (size.body['hip'] ?? 0);
    expect(ease).toBeGreaterThan(10);
    expect(ease).toBeLessThan(80);
  }
});

test('notches of a side seam are equally far from the underarm on both pieces', () => {
  const { pieces } = drawn({ type: 'sweater', color: 'cream' });
  for (const [, made] of pieces) {
    const [front, back] = ['front', 'back'].map((id) => {
      const piece = made.find((one) => one.id === id);
      const side = piece?.edges.find((edge) => edge.id === 'side')?.line[0];
      const notch = piece?.notches.find(({ seam }) => seam === 'side seam');
      return side && notch ? distance(side, notch.at) : Number.NaN;
    });
    expect(front).toBeCloseTo(back ?? 0, 6);
  }
});

test.each(['sneaker', 'boot', 'loafer', 'handbag', 'backpack', 'beanie', 'cap'] as const)(
  'a %s says why it is not cut',
  (type) => {
    expect(techPack(parseDesign({ type, color: 'black' }), { palette })).toEqual({
      available: false,
      reason: expect.stringMatching(/^A /),
    });
  },
);

test('sizes that the garment does not have are answered with those it has', () => {
  expect(techPack(parseDesign({ type: 'jeans', color: 'indigo' }), { palette, sizes: ['M'] })).toEqual({
    available: false,
    reason: 'This garment has the sizes W25, W26, W27, W28, W29, W30, W31, W32.',
  });
});

test('the JSON follows the published schema', async () => {
  const published = `${JSON.stringify(z.toJSONSchema(techPackSchema), null, 2)}\n`;
  if (process.env['UPDATE_TECH_PACK_SCHEMA'] === '1') await writeFile(SCHEMA, published);
  expect(JSON.parse(await readFile(SCHEMA, 'utf8'))).toEqual(JSON.parse(published));
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(published) as object);
  for (const type of cutTypes) {
    const pack: unknown = JSON.parse(JSON.stringify(drawn({ type, color: 'navy' }).pack));
    expect([type, validate(pack), validate.errors]).toEqual([type, true, null]);
  }
});

describe('DXF', () => {
  const { pack, pieces } = drawn({ type: 'dress', color: 'navy', silhouette: 'wrap' });
  const dxf = toDxf(pack.title, pieces);
  const lines = dxf.split('\r\n');

  test('is ASCII of release 12, where every block is a piece of a size', () => {
    // https://github.com/mozman/ezdxf/issues/786: readers take every block for a piece.
    expect(dxf).toMatch(/^[\n\r -~]*$/);
    expect(lines).toContain('AC1009');
    expect(lines.filter((line) => line === 'BLOCK')).toHaveLength([...pieces.values()].flat().length);
    expect(lines.filter((line) => line === 'INSERT')).toHaveLength([...pieces.values()].flat().length);
  });

  test('has each notch on layer 4', () => {
    // https://github.com/FashionFreedom/Seamly2D/issues/1647: notches that are in the drawing but not in the export.
    const points = dxf.match(/  0\r\nPOINT\r\n  8\r\n4\r\n/g) ?? [];
    expect(points).toHaveLength(
      [...pieces.values()].flat().reduce((sum, piece) => sum + piece.notches.length, 0),
    );
  });

  test('says that its units are metric', () => {
    // https://github.com/joostdecock/site/issues/292: an allowance of 1 cm became an inch.
    expect(lines).toContain('UNITS: METRIC');
  });
});

describe('SVG', () => {
  const { pack, pieces } = drawn({ type: 'jeans', color: 'indigo' });
  const svg = toSvg(pack.title, 'W28', pieces.get('W28') ?? []);

  test('has true scale and a layer and a color for each kind of line', () => {
    // https://github.com/FashionFreedom/Seamly2D/issues/133: cutters choose by color.
    const [, width, units] = /width="([\d.]+)mm" height="[\d.]+mm" viewBox="0 0 ([\d.]+) /.exec(svg) ?? [];
    expect(width).toBe(units);
    expect(svg).toContain('<rect x="15" y="15" width="100" height="100"/>');
    const layers = [...svg.matchAll(/<g id="([\w-]+)"[^>]*?stroke="(#\w+)"/g)].map(([, id, stroke]) => [
      id,
      stroke,
    ]);
    expect(layers.map(([id]) => id)).toEqual([
      'test-square',
      'cut',
      'sew',
      'notches',
      'grain',
      'fold',
      'marks',
    ]);
    expect(new Set(layers.slice(1).map(([, stroke]) => stroke)).size).toBe(6);
  });

  test('lays no piece over another', () => {
    // https://github.com/FashionFreedom/Seamly2D/issues/1241: pieces with allowances lay over others.
    const polygons = /<g id="cut".*?<\/g>/s.exec(svg)?.[0].match(/points="[^"]+"/g) ?? [];
    const boxes = polygons.map((points) => {
      const xy = [...points.matchAll(/([-\d.]+),([-\d.]+)/g)].map(
        ([, x, y]) => [Number(x), Number(y)] as const,
      );
      return [
        Math.min(...xy.map(([x]) => x)),
        Math.min(...xy.map(([, y]) => y)),
        Math.max(...xy.map(([x]) => x)),
        Math.max(...xy.map(([, y]) => y)),
      ] as const;
    });
    expect(boxes).toHaveLength(pieces.get('W28')?.length ?? 0);
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1))
        expect(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]).toBe(true);
    });
  });
});

describe('PDF', () => {
  const { pack, pieces } = drawn({ type: 'skirt', color: 'red' });
  const made = pieces.get('M') ?? [];
  const pdf = toPdf(pack, 'M', made);
  const text = pdf.toString('latin1');

  test('is A4 without scaling, and the same each time', () => {
    expect(text).toMatch(/^%PDF-1\.4/);
    expect(text).toContain('/PrintScaling /None');
    expect(text.match(/\/MediaBox \[0 0 595\.27\d* 841\.88\d*\]/g)?.length).toBeGreaterThan(5);
    const xref = Number(/startxref\n(\d+)/.exec(text)?.[1]);
    expect(text.slice(xref, xref + 4)).toBe('xref');
    expect(toPdf(pack, 'M', made).equals(pdf)).toBe(true);
  });

  test('writes a title in another script with question marks and says so', () => {
    // https://github.com/foliojs/pdfkit/issues/262: letters beyond Windows-1252 became other letters.
    const shown = shownIn(toPdf({ ...pack, title: 'Юбка 裙子 Sukňa 👗' }, 'M', made));
    expect(shown).toContain('???? ?? Sukna ?, size M');
    expect(shown).toContain('Letters of the title that the font of this file lacks');
    expect(shownIn(pdf)).not.toContain('Letters of the title');
  });
});

/** The texts of a PDF. */
function shownIn(pdf: Buffer): string {
  const contents: string[] = [];
  for (let at = pdf.indexOf('\nstream\n'); at >= 0; at = pdf.indexOf('\nstream\n', at + 1)) {
    const stream = pdf.subarray(at + 8, pdf.indexOf('\nendstream', at));
    // Metadata are not compressed.
    if (stream[0] === 0x78) contents.push(inflateSync(stream).toString('latin1'));
  }
  return [...contents.join('\n').matchAll(/\[(.*)\] TJ/g)]
    .map(([, line = '']) =>
      [...line.matchAll(/<([0-9a-f]*)>/g)]
        .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
        .join(''),
    )
    .join('\n');
}

test('colors are CIELAB with the nearest name', () => {
  // Bruce Lindbloom's calculator, sRGB, D65.
  const { l, a, b } = labOf('#ff0000');
  expect([l, a, b].map((value) => Number(value.toFixed(1)))).toEqual([53.2, 80.1, 67.2]);
  expect(nearestName('#24304f', palette).name).toBe('navy');
});

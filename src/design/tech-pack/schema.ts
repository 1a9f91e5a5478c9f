import { z } from 'zod';
import { figures } from './body.js';
import { fabrics } from './piece.js';

const point = z.tuple([z.number(), z.number()]).describe('x to the right and y down, millimeters.');
const line = z.array(point);
const length = z.number().describe('Millimeters.');

const piece = z.strictObject({
  id: z.string(),
  name: z.string(),
  cut: z.array(z.strictObject({ fabric: z.enum(fabrics), count: z.int().positive() })),
  onFold: z.boolean().describe('The edge of kind "fold" lies on the fold of the fabric.'),
  seamLine: line.describe('Closed; the last point is not the first.'),
  cutLine: line.describe('The seam line with its allowances. Closed.'),
  grain: z.tuple([point, point]),
  edges: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['seam', 'hem', 'fold', 'dart', 'edge']),
      length,
      allowance: length,
    }),
  ),
  notches: z.array(
    z.strictObject({
      at: point.describe('On the seam line.'),
      cut: point.describe('On the cut line.'),
      seam: z.string(),
    }),
  ),
  marks: z.array(
    z.strictObject({
      kind: z.enum(['foldLine', 'dartLeg', 'placement', 'pleat', 'buttonhole', 'drill']),
      label: z.string(),
      line: line.describe('One point for a hole.'),
    }),
  ),
});

const seam = z.strictObject({
  name: z.string(),
  a: z.array(z.string()).describe('`piece.edge`, in order; `-piece.edge` runs backward.'),
  b: z.array(z.string()),
  lengthA: length,
  lengthB: length,
  ease: length.describe('By how much b is longer than a. Negative: b is stretched.'),
  how: z.enum(['plain', 'eased', 'gathered', 'pleated', 'stretched']),
});

const size = z.strictObject({
  name: z.string(),
  body: z.record(z.string(), length).describe('Measures of the body, named after ISO 8559-1.'),
  measures: z
    .array(z.strictObject({ name: z.string(), value: length, ease: length.nullable() }))
    .describe('Measures of the finished garment; `ease` is what it has beyond the body.'),
  pieces: z.array(piece),
  seams: z.array(seam),
  fabric: z
    .array(
      z.strictObject({
        fabric: z.enum(fabrics),
        width: length,
        length,
        area: z.number().describe('Of the pieces, square meters.'),
        use: z.number().min(0).max(1).describe('Share of the fabric that the pieces cover.'),
      }),
    )
    .describe('An estimate: pieces laid in rows by their boxes. A marker made by hand needs less.'),
});

/** The tech pack as it is published: schema/tech-pack.schema.json. */
export const techPackSchema = z
  .strictObject({
    version: z.literal(1),
    title: z.string(),
    garment: z.record(z.string(), z.string()).describe('The parameters of the design.'),
    figure: z.enum(figures),
    sources: z.array(z.string()).describe('Where measures and drafting methods come from.'),
    colors: z.array(
      z.strictObject({
        part: z.string(),
        hex: z.string().regex(/^#[0-9a-f]{6}$/),
        lab: z.strictObject({ l: z.number(), a: z.number(), b: z.number() }).describe('CIELAB, D65, 2°.'),
        name: z.string().describe('The nearest color that has a name.'),
        difference: z.number().describe('CIE94 for textiles, from the named color.'),
      }),
    ),
    materials: z.array(z.strictObject({ item: z.string(), quantity: z.string(), note: z.string() })),
    stitches: z.array(z.strictObject({ where: z.string(), stitch: z.string(), note: z.string() })),
    sizes: z.array(size).min(1),
  })
  .describe('What a manufacturer needs to cut and sew a garment. Lengths in millimeters.');

export type TechPack = z.infer<typeof techPackSchema>;
export type TechPackSize = TechPack['sizes'][number];

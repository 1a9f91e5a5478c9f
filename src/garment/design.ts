import { z } from 'zod';
import { RequestError } from '../errors.js';
import { palette } from './color.js';

export const garmentTypes = [
  't-shirt', 'tank top', 'shirt', 'polo', 'sweater', 'sweatshirt', 'hoodie', 'cardigan',
  'blazer', 'coat', 'denim jacket', 'bomber jacket', 'puffer jacket',
  'dress', 'skirt', 'trousers', 'jeans', 'shorts',
  'sneaker', 'boot', 'loafer', 'tote bag', 'handbag', 'backpack', 'beanie', 'cap', 'scarf',
] as const; // prettier-ignore

export const patterns = [
  'solid', 'stripe', 'pinstripe', 'check', 'gingham', 'windowpane', 'polka dot', 'floral', 'herringbone',
  'houndstooth', 'argyle', 'camouflage', 'colorblock', 'leopard', 'fair isle',
] as const; // prettier-ignore

const materials = [
  'cotton', 'linen', 'denim', 'wool', 'knit', 'cable knit', 'leather', 'suede', 'satin', 'velvet', 'corduroy',
  'fleece', 'canvas', 'nylon', 'tweed', 'viscose',
] as const; // prettier-ignore

const silhouettes = [
  'regular', 'slim', 'relaxed', 'oversized', 'cropped', 'straight', 'skinny', 'wide', 'flared', 'tapered',
  'a-line', 'shift', 'bodycon', 'wrap', 'pencil', 'pleated', 'low', 'high', 'slouchy',
] as const; // prettier-ignore
const sleeves = ['sleeveless', 'short', 'elbow', 'long', 'puff'] as const;
const necklines = [
  'crew', 'v-neck', 'scoop', 'boat', 'square', 'turtleneck', 'polo collar', 'shirt collar', 'band collar',
  'notch lapel', 'shawl', 'hood', 'straps',
] as const; // prettier-ignore
const lengths = ['mini', 'short', 'regular', 'knee', 'midi', 'maxi', 'cropped'] as const;

export type GarmentType = (typeof garmentTypes)[number];
export type Pattern = (typeof patterns)[number];
export type Material = (typeof materials)[number];
type Silhouette = (typeof silhouettes)[number];
type Sleeve = (typeof sleeves)[number];
export type Neckline = (typeof necklines)[number];
type Length = (typeof lengths)[number];

interface Vocabulary {
  silhouette: readonly Silhouette[];
  sleeve?: readonly Sleeve[];
  neckline?: readonly Neckline[];
  length?: readonly Length[];
  /** The default material. */
  material: Material;
}

/** The options of each type; the first of every list is the default. */
export const vocabulary: Readonly<Record<GarmentType, Vocabulary>> = {
  't-shirt': {
    silhouette: ['regular', 'slim', 'relaxed', 'oversized', 'cropped'],
    sleeve: ['short', 'elbow', 'long'],
    neckline: ['crew', 'v-neck', 'scoop', 'boat'],
    material: 'cotton',
  },
  'tank top': {
    silhouette: ['regular', 'slim', 'relaxed', 'cropped'],
    neckline: ['scoop', 'v-neck', 'square', 'straps', 'crew'],
    material: 'cotton',
  },
  shirt: {
    silhouette: ['regular', 'slim', 'relaxed', 'oversized', 'cropped'],
    sleeve: ['long', 'short', 'elbow', 'puff'],
    neckline: ['shirt collar', 'band collar'],
    material: 'cotton',
  },
  polo: {
    silhouette: ['regular', 'slim', 'relaxed'],
    sleeve: ['short', 'long'],
    neckline: ['polo collar'],
    material: 'cotton',
  },
  sweater: {
    silhouette: ['regular', 'slim', 'relaxed', 'oversized', 'cropped'],
    sleeve: ['long'],
    neckline: ['crew', 'v-neck', 'turtleneck', 'boat'],
    material: 'knit',
  },
  sweatshirt: {
    silhouette: ['regular', 'relaxed', 'oversized', 'cropped'],
    sleeve: ['long'],
    neckline: ['crew'],
    material: 'cotton',
  },
  hoodie: {
    silhouette: ['regular', 'relaxed', 'oversized', 'cropped'],
    sleeve: ['long'],
    neckline: ['hood'],
    material: 'cotton',
  },
  cardigan: {
    silhouette: ['regular', 'relaxed', 'oversized', 'cropped'],
    sleeve: ['long'],
    neckline: ['v-neck', 'crew'],
    material: 'knit',
  },
  blazer: {
    silhouette: ['regular', 'slim', 'relaxed', 'oversized'],
    sleeve: ['long'],
    neckline: ['notch lapel', 'shawl'],
    material: 'wool',
  },
  coat: {
    silhouette: ['regular', 'slim', 'relaxed', 'oversized', 'wrap'],
    sleeve: ['long'],
    neckline: ['notch lapel', 'shawl', 'band collar'],
    length: ['knee', 'midi', 'short'],
    material: 'wool',
  },
  'denim jacket': {
    silhouette: ['regular', 'relaxed', 'cropped'],
    sleeve: ['long'],
    neckline: ['shirt collar'],
    material: 'denim',
  },
  'bomber jacket': {
    silhouette: ['regular', 'relaxed', 'cropped'],
    sleeve: ['long'],
    neckline: ['crew'],
    material: 'nylon',
  },
  'puffer jacket': {
    silhouette: ['regular', 'relaxed', 'cropped'],
    sleeve: ['long', 'sleeveless'],
    neckline: ['band collar', 'hood'],
    material: 'nylon',
  },
  dress: {
    silhouette: ['a-line', 'shift', 'bodycon', 'wrap', 'pleated'],
    sleeve: ['short', 'sleeveless', 'long', 'elbow', 'puff'],
    neckline: ['crew', 'v-neck', 'scoop', 'square', 'boat', 'straps', 'shirt collar'],
    length: ['knee', 'mini', 'midi', 'maxi'],
    material: 'viscose',
  },
  skirt: {
    silhouette: ['a-line', 'pencil', 'pleated', 'straight', 'wrap'],
    length: ['knee', 'mini', 'midi', 'maxi'],
    material: 'viscose',
  },
  trousers: {
    silhouette: ['straight', 'slim', 'wide', 'tapered', 'flared', 'pleated'],
    length: ['regular', 'cropped'],
    material: 'cotton',
  },
  jeans: {
    silhouette: ['straight', 'slim', 'skinny', 'wide', 'tapered', 'flared'],
    length: ['regular', 'cropped'],
    material: 'denim',
  },
  shorts: {
    silhouette: ['regular', 'slim', 'wide', 'pleated'],
    length: ['knee', 'short'],
    material: 'cotton',
  },
  sneaker: { silhouette: ['low', 'high'], material: 'canvas' },
  boot: { silhouette: ['regular', 'high'], length: ['short', 'knee'], material: 'leather' },
  loafer: { silhouette: ['regular'], material: 'leather' },
  'tote bag': { silhouette: ['regular', 'wide'], material: 'canvas' },
  handbag: { silhouette: ['regular', 'wide'], material: 'leather' },
  backpack: { silhouette: ['regular', 'slim'], material: 'nylon' },
  beanie: { silhouette: ['regular', 'slouchy'], material: 'knit' },
  cap: { silhouette: ['regular'], material: 'cotton' },
  scarf: { silhouette: ['regular', 'wide'], material: 'wool' },
};

const color = z
  .string()
  .transform((value) =>
    Object.hasOwn(palette, value) ? palette[value as keyof typeof palette] : value.toLowerCase(),
  )
  .pipe(z.string().regex(/^#[0-9a-f]{6}$/, 'a color is "#rrggbb" or a name of the palette, such as "navy"'));

/** A caller's description of a garment; see {@link vocabulary} for what each type allows. */
const designInput = z
  .strictObject({
    type: z.enum(garmentTypes),
    /** The fabric: "#rrggbb" or a name of the palette. */
    color,
    /** The pattern's second color; a suitable one by default. */
    accent: color.optional(),
    /** Buttons, soles, straps, and linings; a suitable color by default. */
    trim: color.optional(),
    pattern: z.enum(patterns).default('solid'),
    material: z.enum(materials).optional(),
    silhouette: z.enum(silhouettes).optional(),
    sleeve: z.enum(sleeves).optional(),
    neckline: z.enum(necklines).optional(),
    length: z.enum(lengths).optional(),
  })
  .superRefine((design, context) => {
    const words: Vocabulary = vocabulary[design.type];
    for (const aspect of ['silhouette', 'sleeve', 'neckline', 'length'] as const) {
      const value = design[aspect];
      const allowed: readonly string[] = words[aspect] ?? [];
      if (value === undefined || allowed.includes(value)) continue;
      const remedy = allowed.length ? `choose one of: ${allowed.join(', ')}` : 'leave it out';
      context.addIssue({
        code: 'custom',
        path: [aspect],
        message: `a ${design.type} has no ${aspect} "${value}"; ${remedy}`,
      });
    }
  });

export type DesignInput = z.input<typeof designInput>;

/** A complete description: every property that the type has is set. Colors are "#rrggbb". */
export interface Design {
  readonly type: GarmentType;
  readonly color: string;
  readonly accent?: string | undefined;
  readonly trim?: string | undefined;
  readonly pattern: Pattern;
  readonly material: Material;
  readonly silhouette: Silhouette;
  readonly sleeve: Sleeve;
  readonly neckline: Neckline;
  readonly length: Length;
}

/**
 * Reads a design and adds the defaults.
 * @throws RequestError BAD_USER_INPUT naming each wrong property and what is allowed
 */
export function parseDesign(input: unknown): Design {
  const parsed = designInput.safeParse(input);
  if (!parsed.success) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `Not a design that can be drawn:\n${z.prettifyError(parsed.error)}`,
      {
        cause: parsed.error,
      },
    );
  }
  const design = parsed.data;
  const words = vocabulary[design.type];
  return {
    ...design,
    material: design.material ?? words.material,
    silhouette: design.silhouette ?? words.silhouette[0] ?? 'regular',
    sleeve: design.sleeve ?? words.sleeve?.[0] ?? 'sleeveless',
    neckline: design.neckline ?? words.neckline?.[0] ?? 'crew',
    length: design.length ?? words.length?.[0] ?? 'regular',
  };
}

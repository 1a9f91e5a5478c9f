import { lightness, palette, type ColorName } from '../../src/garment/color.js';
import {
  parseDesign,
  vocabulary,
  type Design,
  type DesignInput,
  type Material,
  type Pattern,
} from '../../src/garment/design.js';
import type { Ground } from '../../src/garment/ground.js';
import { random, type Random } from '../../src/platform/random.js';
import { assortment, type Line, type Season, type Style } from './assortment.js';
import { brands, modelNames } from './brands.js';

/** One color of a product, with its picture. */
export interface Colorway {
  /** As in the feed: "navy", or "white/navy" for a two-colored fabric. */
  color: string;
  design: Design;
  seed: string;
  ground: Ground;
  /** File name in catalog/images. */
  image: string;
  /** File name of a close-up; only a few colorways have one. */
  detail: string | null;
}

/** What a shopper sees: one item_group_id of the feed. */
export interface Product {
  handle: string;
  title: string;
  description: string;
  brand: string;
  brandCode: string;
  line: Line;
  gender: 'female' | 'male' | 'unisex';
  style: Style;
  era: string;
  season: Season;
  /** EUR, in minor units. */
  price: number;
  colorways: readonly Colorway[];
  sizes: readonly string[];
}

const letters = ['XS', 'S', 'M', 'L', 'XL', 'XXL'] as const;
const shoesFor = { female: [36, 41], male: [40, 46], unisex: [37, 45] } as const;
const waistsFor = { female: [25, 32], male: [29, 36], unisex: [27, 34] } as const;

function sizesOf(line: Line, gender: Product['gender']): string[] {
  const range = ([low, high]: readonly [number, number]): string[] =>
    Array.from({ length: high - low + 1 }, (_, index) => String(low + index));
  switch (line.sizes) {
    case 'letters':
      return gender === 'male' ? letters.slice(1) : gender === 'female' ? letters.slice(0, 5) : [...letters];
    case 'shoes':
      return range(shoesFor[gender]);
    case 'waist':
      return range(waistsFor[gender]).map((waist) => `W${waist}`);
    case 'one':
      return ['one size'];
  }
}

/** Colors that work as the second color of a fabric, lightest and darkest first, for contrast. */
const accents: readonly ColorName[] = [
  'white',
  'cream',
  'navy',
  'black',
  'burgundy',
  'mustard',
  'rust',
  'forest green',
  'light blue',
  'camel',
  'rose',
  'red',
  'charcoal',
];

function accentFor(color: ColorName, pattern: Pattern, source: Random): ColorName {
  const own = lightness(palette[color]);
  const far = accents.filter(
    (name) =>
      name !== color && Math.abs(lightness(palette[name]) - own) > (pattern === 'camouflage' ? 0.12 : 0.3),
  );
  return source.pick(far.length ? far : accents);
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const patternWords: Readonly<Record<Pattern, string>> = {
  solid: '', stripe: 'striped', pinstripe: 'pinstriped', check: 'checked', gingham: 'gingham', windowpane: 'windowpane', 'polka dot': 'polka dot',
  floral: 'floral', herringbone: 'herringbone', houndstooth: 'houndstooth', argyle: 'argyle', camouflage: 'camouflage', colorblock: 'colorblock',
  leopard: 'leopard', 'fair isle': 'Fair Isle',
}; // prettier-ignore

const materialWords: Readonly<Record<string, string>> = {
  knit: 'wool-blend knit',
  'cable knit': 'cable-knit wool',
};
const care = [
  'Machine wash cold.',
  'Wash at 30 °C with like colors.',
  'Dry clean or hand wash.',
  'Wipe clean with a damp cloth.',
] as const;

function describe(
  design: Design,
  noun: string,
  line: Line,
  product: Pick<Product, 'style' | 'season' | 'gender'>,
  source: Random,
): string {
  const words = vocabulary[design.type];
  const cloth = materialWords[design.material] ?? design.material;
  const details = [
    words.neckline
      ? design.neckline === 'hood'
        ? 'a hood'
        : design.neckline === 'straps'
          ? 'thin straps'
          : `a ${design.neckline}${/collar|lapel|neck/.test(design.neckline) ? '' : ' neckline'}`
      : '',
    words.sleeve && design.sleeve !== 'sleeveless'
      ? `${design.sleeve} sleeves`
      : words.sleeve
        ? 'no sleeves'
        : '',
    words.length && !['regular', 'short'].includes(design.length) ? `a ${design.length} length` : '',
  ].filter(Boolean);
  const tail =
    details.length > 1 ? `${details.slice(0, -1).join(', ')} and ${details.at(-1)}` : (details[0] ?? '');
  const forWhom =
    product.gender === 'unisex' ? '' : product.gender === 'female' ? " Women's fit." : " Men's fit.";
  const look = [
    `A ${product.style} piece for ${product.season === 'all year' ? 'the whole year' : product.season}.`,
    `Made for ${product.season === 'all year' ? 'every season' : product.season}, with a ${product.style} hand.`,
  ];
  const washable =
    line.sizes === 'shoes' || design.material === 'leather' || design.material === 'suede'
      ? care[3]
      : ['wool', 'tweed', 'satin', 'velvet'].includes(design.material)
        ? care[2]
        : source.pick(care.slice(0, 2));
  const shape = design.silhouette === 'regular' ? '' : ` ${design.silhouette}`;
  const pattern = patternWords[design.pattern];
  const article = /^[aeiou]/.test((shape.trim() || pattern || cloth)[0] ?? '') ? 'An' : 'A';
  return `${article}${shape} ${pattern ? `${pattern} ` : ''}${noun.toLowerCase()} in ${cloth}${tail ? ` with ${tail}` : ''}. ${source.pick(look)}${forWhom} ${washable}`.replace(
    / {2,}/g,
    ' ',
  );
}

const grounds: readonly Ground[] = [
  'studio',
  'studio',
  'studio',
  'studio',
  'white',
  'grey',
  'sand',
  'blush',
  'sage',
  'sky',
];
/** Share of models with two colors in one product, and of products with a close-up. */
const TWO_COLORS = 0.13;
const CLOSE_UP = 0.09;

/** Materials whose own surface is the pattern. */
const plainMaterials: ReadonlySet<Material> = new Set([
  'leather',
  'suede',
  'velvet',
  'cable knit',
  'denim',
  'tweed',
  'corduroy',
]);

function modelDesign(
  line: Line,
  source: Random,
  gender: Product['gender'],
): Omit<DesignInput, 'color' | 'accent'> & { pattern: Pattern } {
  const words = vocabulary[line.type];
  const printable = line.materials.filter((material) => !plainMaterials.has(material));
  const patterned = printable.length > 0 && source.chance(line.patterned);
  const material = source.pick(patterned ? printable : line.materials);
  const pattern = patterned ? source.pick(line.patterns) : material === 'tweed' ? 'herringbone' : 'solid';
  const necks = words.neckline?.filter(
    (neck) => gender !== 'male' || !['scoop', 'boat', 'square', 'straps'].includes(neck),
  );
  const sleeves = words.sleeve?.filter((sleeve) => gender === 'female' || sleeve !== 'puff');
  const fits = words.silhouette.filter((fit) => gender !== 'male' || !['cropped', 'wrap'].includes(fit));
  return {
    type: line.type,
    material,
    pattern,
    silhouette: source.chance(0.3) ? words.silhouette[0] : source.pick(fits.length ? fits : words.silhouette),
    ...(necks ? { neckline: source.pick(necks) } : {}),
    ...(sleeves ? { sleeve: source.pick(sleeves) } : {}),
    ...(words.length ? { length: source.pick(words.length) } : {}),
  };
}

function model(line: Line, name: string, source: Random): Product[] {
  const gender = source.pick(line.genders);
  const style = source.pick(line.styles);
  const season = source.pick(line.seasons);
  const suited = brands.filter((brand) => brand.styles.includes(style));
  const brand = source.pick(suited.length ? suited : brands);
  const noun = source.pick(line.nouns);
  const base = modelDesign(line, source, gender);
  const era =
    style === 'vintage'
      ? source.pick(['1960s', '1970s', '1980s', '1990s'])
      : source.chance(0.1)
        ? source.pick(['1990s', '2000s'])
        : 'contemporary';
  const [low, high] = line.price;
  const price = Math.round(source.between(low, high) * brand.factor) * 100 - source.pick([5, 10, 100, 50]);
  const dark =
    base.material === 'denim'
      ? line.colors.filter((color) =>
          ['indigo', 'washed blue', 'light blue', 'black', 'charcoal', 'navy', 'white', 'grey'].includes(
            color,
          ),
        )
      : line.colors;
  const colors = source
    .shuffle(dark.length > 1 ? dark : (['indigo', 'washed blue', 'black'] as const))
    .slice(0, source.pick([1, 1, 2, 2, 2, 3]));
  const label = [patternWords[base.pattern], materialWords[base.material ?? ''] ?? base.material ?? '']
    .filter(Boolean)
    .join(' ');
  const ground = source.pick(grounds);

  const colorways = colors.map((color, index): Colorway => {
    const accent = base.pattern === 'solid' ? undefined : accentFor(color, base.pattern, source);
    const design = parseDesign({ ...base, color, ...(accent ? { accent } : {}) });
    const stem = slug(`${brand.code} ${name} ${line.type} ${color}`);
    return {
      color: accent ? `${color}/${accent}` : color,
      design,
      seed: `${name} ${index}`,
      ground,
      image: `${stem}.webp`,
      detail: source.chance(CLOSE_UP) ? `${stem}-detail.webp` : null,
    };
  });
  const shared = {
    brand: brand.name,
    brandCode: brand.code,
    line,
    gender,
    style,
    era,
    season,
    price,
    sizes: sizesOf(line, gender),
  };
  const groups =
    source.chance(TWO_COLORS) && colorways.length > 1
      ? [colorways.slice(0, 2), ...colorways.slice(2).map((colorway) => [colorway])]
      : colorways.map((colorway) => [colorway]);
  return groups.flatMap((group): Product[] => {
    const [first] = group;
    if (!first) return [];
    const handle = slug(`${brand.name} ${name} ${noun} ${group.map(({ color }) => color).join(' ')}`);
    const [colorName] = first.color.split('/');
    const title = `${name} ${label} ${noun}${group.length === 1 ? `, ${colorName ?? first.color}` : ''}`;
    return [
      {
        ...shared,
        handle,
        title: capitalized(title),
        description: describe(first.design, noun, line, shared, source),
        colorways: group,
      },
    ];
  });
}

/** The demo shop's products. The same seed gives the same shop. */
export function demoProducts(seed: string): Product[] {
  return assortment.flatMap((line) => {
    const source = random(`${seed} ${line.type}`);
    return source
      .shuffle(modelNames)
      .slice(0, line.models)
      .flatMap((name) => model(line, name, source));
  });
}

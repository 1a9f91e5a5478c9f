/** Whose body the garment is drafted for. */
export const figures = ['women', 'men'] as const;
export type Figure = (typeof figures)[number];

/** Body measures in millimeters, by the names of ISO 8559-1. */
export interface Body {
  readonly bust: number;
  readonly waist: number;
  readonly hip: number;
  readonly neck: number;
  /** Across the back, from armhole to armhole. */
  readonly backWidth: number;
  /** Across the front, from armhole to armhole. */
  readonly frontWidth: number;
  readonly shoulder: number;
  /** From the nape down to the underarm's level. */
  readonly scyeDepth: number;
  readonly napeToWaist: number;
  readonly waistToHip: number;
  readonly waistToKnee: number;
  readonly waistToFloor: number;
  /** From the waist to the seat that one sits on. */
  readonly bodyRise: number;
  readonly arm: number;
  readonly upperArm: number;
  readonly wrist: number;
  /** Width of the dart over the bust; 0 for men. */
  readonly bustDart: number;
}

export interface Size {
  /** `M`, or `W30` where the shop sells by the waist in inches. */
  readonly name: string;
  readonly body: Body;
}

/** A measure at the base size, and by how much it grows per millimeter of bust up to the kink and after it. */
type Grade = readonly [base: number, rise: number, riseAbove?: number];

interface Chart {
  readonly base: number;
  /** From this bust on, sizes are farther apart. */
  readonly kink: number;
  readonly grades: Readonly<Record<Exclude<keyof Body, 'bust'>, Grade>>;
  /** Bust of the middle of each letter's interval in EN 13402-3. */
  readonly letters: Readonly<Record<string, number>>;
  /** Bust girth less waist girth in EN 13402-3. */
  readonly drop: number;
  /** Waists in inches. */
  readonly waists: readonly number[];
}

/**
 * Letters are the middles of the intervals of EN 13402-3. Women's measures follow the table of standard body measurements
 * in W. Aldrich, "Metric Pattern Cutting for Women's Wear", as transcribed in a public program: to the millimeter up to
 * bust 100 cm, and to 3 mm above. Of men's measures, letters, chest, and waist were compared (EN 13402-3); the rest was
 * held only against the average man of FreeSewing.
 */
const charts: Readonly<Record<Figure, Chart>> = {
  women: {
    base: 920,
    kink: 1040,
    drop: 160,
    letters: { XS: 780, S: 860, M: 940, L: 1025, XL: 1130, XXL: 1250 },
    waists: [25, 26, 27, 28, 29, 30, 31, 32],
    grades: {
      waist: [760, 1],
      hip: [1000, 1, 0.833],
      neck: [380, 0.25, 0.233],
      backWidth: [354, 0.25, 0.233],
      frontWidth: [336, 0.3],
      shoulder: [125, 0.0625, 0.053],
      scyeDepth: [214, 0.1],
      napeToWaist: [414, 0.1, 0.067],
      waistToHip: [209, 0.075, 0.05],
      waistToKnee: [590, 0.125, 0.083],
      waistToFloor: [1050, 0.25, 0.167],
      bodyRise: [287, 0.175, 0.167],
      arm: [590, 0.125, 0.042],
      upperArm: [296, 0.3, 0.333],
      wrist: [165, 0.125, 0.117],
      bustDart: [76, 0.15, 0.1],
    },
  },
  men: {
    base: 1000,
    kink: 1160,
    drop: 120,
    letters: { XS: 820, S: 900, M: 980, L: 1060, XL: 1140, XXL: 1235 },
    waists: [29, 30, 31, 32, 33, 34, 35, 36],
    grades: {
      waist: [880, 1],
      hip: [1020, 0.9],
      neck: [400, 0.25, 0.2],
      backWidth: [400, 0.25, 0.2],
      frontWidth: [380, 0.25],
      shoulder: [156, 0.05],
      scyeDepth: [244, 0.125, 0.1],
      napeToWaist: [446, 0.1, 0.05],
      waistToHip: [210, 0.05],
      waistToKnee: [610, 0.1, 0.05],
      waistToFloor: [1095, 0.15, 0.05],
      bodyRise: [278, 0.12, 0.1],
      arm: [636, 0.08, 0.04],
      upperArm: [320, 0.25],
      wrist: [178, 0.1],
      bustDart: [0, 0],
    },
  },
};

const MM_PER_INCH = 25.4;

function bodyOf(chart: Chart, bust: number): Body {
  const grow = ([base, rise, above = rise]: Grade): number =>
    base + rise * (Math.min(bust, chart.kink) - chart.base) + above * Math.max(0, bust - chart.kink);
  const g = chart.grades;
  return {
    bust,
    waist: grow(g.waist),
    hip: grow(g.hip),
    neck: grow(g.neck),
    backWidth: grow(g.backWidth),
    frontWidth: grow(g.frontWidth),
    shoulder: grow(g.shoulder),
    scyeDepth: grow(g.scyeDepth),
    napeToWaist: grow(g.napeToWaist),
    waistToHip: grow(g.waistToHip),
    waistToKnee: grow(g.waistToKnee),
    waistToFloor: grow(g.waistToFloor),
    bodyRise: grow(g.bodyRise),
    arm: grow(g.arm),
    upperArm: grow(g.upperArm),
    wrist: grow(g.wrist),
    bustDart: grow(g.bustDart),
  };
}

/** The letter sizes of a figure, smallest first. */
export function letterSizes(figure: Figure): readonly Size[] {
  const chart = charts[figure];
  return Object.entries(chart.letters).map(([name, bust]) => ({ name, body: bodyOf(chart, bust) }));
}

/** The sizes of trousers by waist in inches, smallest first. */
export function waistSizes(figure: Figure): readonly Size[] {
  const chart = charts[figure];
  return chart.waists.map((inches) => ({
    name: `W${inches}`,
    body: bodyOf(chart, inches * MM_PER_INCH + chart.drop),
  }));
}

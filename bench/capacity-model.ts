import { readRecords, type RecordedPart } from './record.js';
import { formatNumber } from './table.js';

/** The names of the figures that the model is computed from. */
export const FIGURES = {
  search: 'a page of visualSearch by a product',
  newImage: 'a page of visualSearch by a new image',
  hold: 'holdCreate',
  disk: 'Postgres, for each image',
  memory: 'the embedded index, for each image',
  connections: 'connections of a gateway to Postgres',
} as const;

export const SCALING_PAGE = new URL('../docs/scaling.md', import.meta.url);

const SIZES = [25_000, 250_000, 2_500_000, 25_000_000, 250_000_000, 1_000_000_000];

/** What the embedded index is meant for. */
const EMBEDDED_UP_TO = 250_000;

/** Numbers in a vector of the included encoder. */
const DIMENSION = 548;
/**
 * Bytes of an image in Qdrant, not measured here: quantized numbers of one byte, with the half more that Qdrant's
 * documentation adds for the graph and for work on segments.
 */
const QDRANT_MEMORY = DIMENSION * 1.5;
/** The original vector of floats, the quantized one, and a kilobyte of payload with its indexes. */
const QDRANT_DISK = DIMENSION * 5 + 1_024;
const COPIES = 2;
/** Memory of a node that may be filled with vectors; the rest is the page cache. */
const NODE_MEMORY = 64e9 * 0.75;

/** Connections that Postgres allows, without those for commands and people. */
const USABLE_CONNECTIONS = 190;
/** Share of a core that requests may use, so that queues stay short. */
const BUSY = 0.6;

const SCALE = /^scale-qdrant-(\d+)$/;
const KEPT_AS: readonly (readonly [string, string])[] = [
  ['scalar', 'one byte a number, as the gateway creates collections'],
  ['none', 'floats only'],
  ['binary', 'one bit a number'],
];

const START = '<!-- capacity: computed by `npm run bench:docs` from bench/results/capacity.json -->';
const END = '<!-- /capacity -->';

/** The page with its tables computed again. @throws Error when it has no place for them, or the figures are missing */
export async function renderScaling(page: string): Promise<string> {
  const [before, rest] = page.split(`${START}\n`);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error('docs/scaling.md has no place for the tables.');
  return `${before}${START}\n\n${renderTables(await readRecords())}\n${END}${after}`;
}

function renderTables(parts: readonly RecordedPart[]): string {
  const [measured] = parts.find(({ part }) => part === 'capacity')?.benchmarks ?? [];
  const value = (name: string): number => {
    const figure = measured?.figures.find((one) => one.name === name);
    if (figure === undefined)
      throw new Error(`"${name}" is not recorded: run npm run bench -- capacity --save.`);
    return figure.value;
  };
  const gateways = Math.floor(USABLE_CONNECTIONS / value(FIGURES.connections));
  const requests = [FIGURES.search, FIGURES.newImage, FIGURES.hold].map((name) => [
    name,
    `${formatNumber(value(name))} ms`,
    formatNumber((1_000 * BUSY) / value(name)),
  ]);
  const sizes = SIZES.map((images) => [
    images.toLocaleString('en'),
    bytes(images * value(FIGURES.disk)),
    images <= EMBEDDED_UP_TO ? bytes(images * value(FIGURES.memory)) : '–',
    bytes(images * QDRANT_MEMORY * COPIES),
    bytes(images * QDRANT_DISK * COPIES),
    String(Math.max(1, Math.ceil((images * QDRANT_MEMORY * COPIES) / NODE_MEMORY))),
  ]);
  return [
    table(['request', 'CPU of the gateway', 'requests a second for each core, 60% busy'], requests),
    table(
      [
        'images',
        'Postgres, disk',
        'embedded index, memory',
        `Qdrant, memory (${COPIES} copies)`,
        `Qdrant, disk (${COPIES} copies)`,
        'Qdrant nodes of 64 GB',
      ],
      sizes,
    ),
    ...renderScale(parts),
    `A gateway opens up to ${value(FIGURES.connections)} connections, so a Postgres with \`max_connections = 200\` serves ${gateways} gateways.\n`,
    `_Measured ${measured?.date ?? ''} at ${measured?.commit ?? ''}: ${measured?.machine.cpu ?? ''}, ${String(measured?.machine.cores ?? '')} cores, load ${measured?.machine.loadAtStart.toFixed(1) ?? ''}. The memory and disk of Qdrant by images are estimated from the size of its vectors; [the benchmark](benchmarks.md#scale) has what was measured._\n`,
  ].join('\n');
}

/** What a Qdrant with the most images that were measured takes and finds; nothing where none was measured. */
function renderScale(parts: readonly RecordedPart[]): string[] {
  const images = ({ name }: { readonly name: string }): number => Number(SCALE.exec(name)?.[1] ?? 0);
  const [largest] = (parts.find(({ part }) => part === 'scale')?.benchmarks ?? []).toSorted(
    (one, other) => images(other) - images(one),
  );
  if (largest === undefined) return [];
  const rows = KEPT_AS.map(([kept, said]) => {
    const values = (is: (name: string) => boolean): number[] =>
      largest.figures.filter(({ name }) => name.startsWith(kept) && is(name)).map(({ value }) => value);
    return [
      said,
      bytes(1e6 * Math.max(...values((name) => name.includes('resident memory')))),
      formatNumber(Math.min(...values((name) => name.includes('recall@')))),
      `${formatNumber(Math.max(...values((name) => name.endsWith('search p50'))))} ms`,
    ];
  });
  return [
    table(
      [
        `Qdrant with ${images(largest).toLocaleString('en')} images, vectors kept as`,
        'resident memory, mapped files included',
        'recall@24, the worst of six filters',
        'search p50, the slowest of six filters',
      ],
      rows,
    ),
  ];
}

function bytes(count: number): string {
  const units = ['MB', 'GB', 'TB'];
  let value = count / 1e6;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${formatNumber(value)} ${units[unit] ?? ''}`;
}

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { overlap } from './composites.js';
import { readStreet } from './gates.js';
import { ask, uploadImage } from './graphql.js';
import { share } from './share.js';
import { streetBenchmark } from './street-shop.js';
import { mean, median } from './statistics.js';
import type { Measurement, Target } from './types.js';

/** The first ones by name; a look at each takes a fifth of a second. */
const PHOTOGRAPHS = 200;
/** Overlap (intersection over union) from which an item counts as found. */
const FOUND = 0.5;
/** Photographs of a round of the time of a look and of a search. */
const ROUND = 20;

const number = z.number();
/** What labels of catalogs and detectors are called in the photographs' groups; the first that matches counts. */
const GROUPS: readonly (readonly [group: string, label: RegExp])[] = [
  ['bag', /bag|backpack|suitcase|purse|clutch/],
  ['hat', /hat|cap\b|beanie/],
  ['scarf', /scar/],
  ['shoes', /shoe|boot|sneaker|sandal|heel/],
  ['dress', /dress/],
  ['bottom', /bottom|trouser|pants|jeans|skirt|shorts|legging/],
  ['outerwear', /outerwear|coat|jacket|blazer|cardigan|vest/],
  ['top', /top|shirt|blouse|sweater|hoodie|jumper|polo/],
];
const groupOf = (label: string): string | null =>
  GROUPS.find(([, pattern]) => pattern.test(label.toLowerCase()))?.[0] ?? null;

const LOOK = `query ($image: ID!) {
  look(image: { id: $image }, maxItems: 8) {
    items { box { x y width height } label { value confidence } matches(first: 12) { nodes { id } } }
  }
}`;
const answer = z.object({
  look: z.object({
    items: z.array(
      z.object({
        box: z.object({ x: number, y: number, width: number, height: number }),
        label: z.object({ value: z.string(), confidence: number }),
      }),
    ),
  }),
});
const SEARCH = `query ($image: ID!) {
  visualSearch(query: { like: [{ image: { id: $image } }] }, first: 12) { nodes { id } }
}`;

export const lookBenchmark = streetBenchmark(
  'eyes-look',
  'look at people in the street, with 1,500 flat lays as the catalog: are their garments found?',
  measureLook,
);

/**
 * Measures `look` of a gateway on photographs of people in the street with known items.
 */
async function measureLook(
  url: string,
  report: (measurement: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const photographs = (await readStreet()).slice(0, PHOTOGRAPHS);
  const groups = new Map<string, number[]>();
  const [isOfItem, isRight]: [number[], number[]] = [[], []];
  const [looks, searches]: [number[], number[]] = [[], []];
  let empty = 0;
  for (const [i, { file, items }] of photographs.entries()) {
    if (i % ROUND === 0) progress(`looking at people in the street: ${i} of ${photographs.length}`);
    const bytes = await readFile(file);
    // The search comes first, so that the look finds nothing of the image in a cache: only a look caches regions.
    const image = await uploadImage(url, Buffer.from(bytes));
    let started = performance.now();
    await ask(url, z.unknown(), SEARCH, { image });
    searches.push(performance.now() - started);
    started = performance.now();
    const { look } = await ask(url, answer, LOOK, { image });
    looks.push(performance.now() - started);
    if (look.items.length === 0) empty += 1;
    const wanted = items.map(({ group, box: [x, y, width, height] }) => ({
      group,
      box: { x, y, width, height },
    }));
    for (const { group, box } of wanted) {
      const [best] = [...look.items].sort((a, b) => overlap(b.box, box) - overlap(a.box, box));
      const isFound = best !== undefined && overlap(best.box, box) >= FOUND;
      groups.set(group, [...(groups.get(group) ?? []), Number(isFound)]);
      if (isFound) isRight.push(Number(groupOf(best.label.value) === group));
    }
    isOfItem.push(
      ...look.items.map(({ box }) => Number(wanted.some((item) => overlap(item.box, box) >= FOUND))),
    );
  }
  const all = [...groups.values()].flat();
  const note = `${photographs.length} photographs of people in the street with ${all.length} items; 95 % intervals`;
  const target = (value: number): Target => ({ op: '>=', value, of: 'a' });
  report({ ...share(`items found (IoU ≥ ${FOUND})`, all, note), target: target(0.7) });
  for (const [group, found] of [...groups].sort(([a], [b]) => a.localeCompare(b)))
    report(share(`… of the group ${group} (${found.length})`, found, note));
  report({ ...share('boxes that are of an item', isOfItem, note), target: target(0.75) });
  report({ ...share('found items with the right group of type', isRight, note), target: target(0.8) });
  report({
    name: 'photographs without a box; boxes on the others',
    unit: 'count',
    a: [empty],
    b: [],
    note: `${mean([isOfItem.length / Math.max(1, photographs.length - empty)]).toFixed(1)} boxes a photograph`,
  });
  const rounds = Array.from({ length: Math.floor(photographs.length / ROUND) }, (_, round) => round * ROUND);
  const inRounds = (times: readonly number[]): number[] =>
    rounds.map((start) => median(times.slice(start, start + ROUND)));
  report({
    name: 'look ÷ visualSearch by the photograph',
    unit: 'ms',
    a: inRounds(looks),
    b: inRounds(searches),
    target: { op: '<=', value: 4 },
    note: 'each photograph is searched and then looked at, one at a time',
  });
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { overlap } from './composites.js';
import { readStreet } from './gates.js';
import { ask, uploadImage } from './graphql.js';
import { share } from './share.js';
import { streetBenchmark } from './street-shop.js';
import { mean, median } from './statistics.js';
import type { Measurement } from './types.js';

/** The first ones by name; a look at each takes a fifth of a second. */
const PHOTOGRAPHS = 200;
/** Overlap (intersection over union) from which an item counts as found. */
const FOUND = 0.5;
/** Photographs of a round of the time of a look and of a search. */
const ROUND = 20;
/** From this confidence on, an app shows a label without a question mark. */
const HIGH_CONFIDENCE = 0.8;
/** Matches of an item that a phone shows at once. */
const SHELF = 6;
/** The share of items of a group that is to be found; hats and scarves are not looked for. */
const TARGETS: Readonly<Record<string, number>> = {
  bag: 0.4,
  bottom: 0.78,
  dress: 0.78,
  outerwear: 0.78,
  shoes: 0.78,
  top: 0.78,
};

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
    items {
      box { x y width height } label { value confidence } matches(first: 12) { nodes { category { handle } } }
    }
  }
}`;
const answer = z.object({
  look: z.object({
    items: z.array(
      z.object({
        box: z.object({ x: number, y: number, width: number, height: number }),
        label: z.object({ value: z.string(), confidence: number }),
        matches: z.object({ nodes: z.array(z.object({ category: z.object({ handle: z.string() }) })) }),
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
  const [isSurelyWrong, isElsewhere]: [number[], number[]] = [[], []];
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
      if (!isFound) continue;
      const isLabeledSo = groupOf(best.label.value) === group;
      isRight.push(Number(isLabeledSo));
      isSurelyWrong.push(Number(!isLabeledSo && best.label.confidence >= HIGH_CONFIDENCE));
    }
    for (const { label, matches } of look.items) {
      const group = groupOf(label.value);
      // The flat lays have no bags and no ties, so that no match can be one.
      if (group === null || group === 'bag' || label.confidence === 0) continue;
      const shelf = matches.nodes.slice(0, SHELF).map(({ category }) => groupOf(category.handle));
      isElsewhere.push(Number(!shelf.includes(group)));
    }
    isOfItem.push(
      ...look.items.map(({ box }) => Number(wanted.some((item) => overlap(item.box, box) >= FOUND))),
    );
  }
  const all = [...groups.values()].flat();
  const note = `${photographs.length} photographs of people in the street with ${all.length} items; 95 % intervals`;
  report(share(`items found (IoU ≥ ${FOUND})`, all, note, 0.7));
  for (const [group, found] of [...groups].sort(([a], [b]) => a.localeCompare(b)))
    report(share(`… of the group ${group} (${found.length})`, found, note, TARGETS[group]));
  report(share('boxes that are of an item', isOfItem, note, 0.75));
  report(share('found items with the right group of type', isRight, note, 0.8));
  report(
    share(
      `found items with another group of type and a confidence from ${HIGH_CONFIDENCE}`,
      isSurelyWrong,
      note,
    ),
  );
  report(
    share(`items with no match of the label's group of type among the first ${SHELF}`, isElsewhere, note),
  );
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

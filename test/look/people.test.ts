import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { overlap } from '../../bench/composites.js';
import { openBodies, type Bodies } from '../../src/vision/bodies/bodies.js';
import { paidBy } from '../../src/platform/request-payer.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { openSharedEncoder } from '../support/encoder.js';
import { NEARLY_EQUAL } from '../support/garments.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { pictureBehindTable, pictureCutOff, pictureOf, pictureWithBag } from '../support/people.js';
import { collage, garments, importGarments } from './support.js';

const LOOK = /* GraphQL */ `
  query LookAtPeople($image: ImageInput!, $maxItems: Int) {
    look(image: $image, maxItems: $maxItems) {
      complete
      items {
        box {
          x
          y
          width
          height
        }
        label {
          value
          confidence
        }
        matches(first: 3) {
          nodes {
            category {
              handle
            }
          }
        }
      }
    }
  }
`;
const number = z.number();
const box = z.object({ x: number, y: number, width: number, height: number });
const answer = z.object({
  look: z.object({
    complete: z.boolean(),
    items: z.array(
      z.object({
        box,
        label: z.object({ value: z.string(), confidence: number }),
        matches: z.object({ nodes: z.array(z.object({ category: z.object({ handle: z.string() }) })) }),
      }),
    ),
  }),
});

let bodies: Bodies;
let encoder: Encoder;
let gateway: TestGateway;
beforeAll(async () => {
  [bodies, encoder] = await Promise.all([openBodies(), openSharedEncoder()]);
  const worn = [{ id: 'worn', kind: 'dresses', picture: await pictureOf('person-in-skirt') }];
  gateway = await startTestGateway((db, images) => importGarments(db, images, encoder, worn), {
    encoder,
    bodies,
    calibration: NEARLY_EQUAL,
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([encoder.close(), bodies.close()]);
});

const look = async (bytes: Uint8Array, maxItems?: number) =>
  (
    await gateway.read(answer, LOOK, {
      image: { base64: Buffer.from(bytes).toString('base64') },
      ...(maxItems === undefined ? {} : { maxItems }),
    })
  ).look;

test('each garment on a person is an item, and hangs where its label says', async () => {
  const { items, complete } = await look(await pictureOf('person'));
  expect(complete).toBe(true);
  // The sweater reaches from the neck to the hips, the trousers from there to the shoes.
  const [upper, lower, shoes] = [...items].sort((a, b) => a.box.y - b.box.y);
  expect(items).toHaveLength(3);
  expect(upper?.label.value).toBe('hoodies');
  expect(lower?.label.value).toBe('trousers');
  // The shop has no shoes, whatever is nearest to these.
  expect(shoes?.label.confidence).toBe(0);
  expect(lower?.label.confidence).toBeGreaterThan(0);
  for (const item of items) expect(item.matches.nodes).toHaveLength(3);
  expect(lower?.box.y).toBeGreaterThan((upper?.box.y ?? 1) + 0.25);
  expect(shoes?.box.y).toBeGreaterThan((lower?.box.y ?? 1) + 0.25);
});

test('several people share the items of an image, and their number is bounded', async () => {
  const two = await look(await pictureOf('person', 'person-in-skirt'));
  expect(two.items.filter(({ box }) => box.x + box.width < 0.5)).toHaveLength(2);
  expect(two.items.filter(({ box }) => box.x > 0.5)).toHaveLength(2);
  const crowd = await look(await pictureOf('person', 'person', 'person', 'person', 'person', 'person'), 8);
  expect(crowd.items.length).toBeGreaterThan(1);
  expect(crowd.items.length).toBeLessThanOrEqual(8);
  expect((await look(await pictureOf('person'), 1)).items).toHaveLength(1);
});

// Failed on 2026-11-29: a person behind a table had trousers and boots, with confidences up to 0.94.
test('what a table hides is no item', async () => {
  const { items } = await look(await pictureBehindTable('person', 290));
  expect(items.map(({ label }) => label.value)).toEqual(['hoodies']);
});

test('what somebody carries is an item that the detector names', async () => {
  const { picture, bag } = await pictureWithBag();
  const { items } = await look(picture);
  const carried = items.filter(({ label }) => label.value === 'suitcase');
  expect(carried).toHaveLength(1);
  expect(overlap(carried[0]?.box ?? bag, bag)).toBeGreaterThan(0.5);
  expect(carried[0]?.matches.nodes).toHaveLength(3);
});

test('a face alone wears nothing', async () => {
  expect((await look(await pictureCutOff('person', 150))).items).toEqual([]);
});

describe('a photo of a person without a box', () => {
  const SEARCH = /* GraphQL */ `
    query SearchByPerson($like: [VisualReferenceInput!]!, $after: String) {
      visualSearch(query: { like: $like }, first: 10, after: $after) {
        edges {
          score
          node {
            handle
          }
        }
        pageInfo {
          endCursor
        }
        search {
          region {
            x
            y
            width
            height
          }
        }
      }
    }
  `;
  const page = z.object({
    visualSearch: z.object({
      edges: z.array(z.object({ score: number, node: z.object({ handle: z.string() }) })),
      pageInfo: z.object({ endCursor: z.string() }),
      search: z.object({ region: box.nullable() }),
    }),
  });
  const ASK = /* GraphQL */ `
    query WhatDoTheyWear($image: ImageInput!) {
      identify(image: $image) {
        region {
          y
          height
        }
        match {
          node {
            handle
          }
        }
      }
      matchSku(image: $image) {
        outcome
        region {
          y
          height
        }
        match {
          node {
            handle
          }
        }
      }
    }
  `;
  const match = z.object({ node: z.object({ handle: z.string() }) }).nullable();
  const place = z.object({ y: number, height: number }).nullable();
  const told = z.object({
    identify: z.object({ region: place, match }),
    matchSku: z.object({ outcome: z.string(), region: place, match }),
  });
  const WHOLE = { x: 0, y: 0, width: 1, height: 1 };
  type Reference = { image: { base64: string }; box?: z.infer<typeof box> };
  const imageOf = (bytes: Uint8Array) => ({ base64: Buffer.from(bytes).toString('base64') });
  const search = async (like: readonly Reference[], after: string | null = null) =>
    (await gateway.read(page, SEARCH, { like, after })).visualSearch;
  const ask = (bytes: Uint8Array) => gateway.read(told, ASK, { image: imageOf(bytes) });

  test('is asked by its largest garment beside the whole, and says so', async () => {
    const bytes = await pictureOf('person');
    const image = imageOf(bytes);
    const { edges, search: report, pageInfo } = await search([{ image }]);
    const [largest] = (await look(bytes)).items;
    if (report.region === null) throw new Error('there is somebody');
    expect(report.region).toEqual(largest?.box);
    const [ofGarment, ofWhole] = await Promise.all(
      [report.region, WHOLE].map((part) => search([{ image, box: part }])),
    );
    expect(ofGarment?.search.region).toEqual(report.region);
    expect(ofWhole?.search.region).toEqual(WHOLE);
    for (const { score, node } of edges) {
      const scores = [ofGarment, ofWhole].flatMap(
        (found) => found?.edges.find((edge) => edge.node.handle === node.handle)?.score ?? [],
      );
      // Those that are far down for one of the two are on its next pages.
      if (scores.length > 0) expect(score).toBeGreaterThanOrEqual(Math.max(...scores) - 0.001);
    }
    const next = await search([{ image }], pageInfo.endCursor);
    const handles = [...edges, ...next.edges].map(({ node }) => node.handle);
    expect(new Set(handles).size).toBe(20);
  });

  test('is still the picture that it is: a product pictured so is found', async () => {
    const { identify, matchSku } = await ask(await pictureOf('person-in-skirt'));
    expect(identify.region?.height).toBeLessThan(0.6);
    expect(matchSku.region).toEqual(identify.region);
    expect(identify.match?.node.handle).toBe('worn');
    expect(matchSku).toMatchObject({ outcome: 'SAME_PRODUCT', match: { node: { handle: 'worn' } } });
  });

  test('is asked as a whole when nobody is in it, or beside other images', async () => {
    const [hoodie] = await garments();
    if (hoodie === undefined) throw new Error('there are garments');
    const flat = await collage([{ file: hoodie.file, left: 200, top: 60, height: 300 }]);
    const alone = await search([{ image: imageOf(flat) }]);
    expect(alone.search.region).toBeNull();
    expect((await ask(flat)).identify.region).toBeNull();
    const boxed = await search([{ image: imageOf(flat), box: WHOLE }]);
    alone.edges.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(boxed.edges[i]?.score ?? NaN, 2);
    });
    const person = imageOf(await pictureOf('person'));
    expect((await search([{ image: imageOf(flat) }, { image: person }])).search.region).toBeNull();
  });

  test('is paid for once; looking for people in other images is not', async () => {
    const paid: number[] = [];
    const payer = { name: 'a caller', pay: (points: number) => paid.push(points), owe: () => undefined };
    const see = async (sha256: string, bytes: Uint8Array) => {
      const read = () => Promise.resolve(bytes);
      await paidBy(payer, () => gateway.services.imageVectors.ofPhoto(sha256, read));
    };
    await see('flat', await collage([]));
    expect(paid).toEqual([]);
    const person = await pictureOf('person');
    await see('person', person);
    await see('person', person);
    expect(paid).toEqual([2_000]);
  });
});

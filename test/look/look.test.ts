import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { z } from 'zod';
import { drawStrangers } from '../../bench/strangers.js';
import { readEncoderCalibration } from '../../src/search/probability/encoder-calibration.js';
import { DEFAULT_ENCODER, type Encoder } from '../../src/vision/encoder.js';
import { openSharedEncoder } from '../support/encoder.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { statementsDuring } from '../support/statements.js';
import { collage, floor, garments, importGarments } from './support.js';

const LOOK = /* GraphQL */ `
  query Look($image: ImageInput!, $maxItems: Int, $first: Int = 5, $after: String, $where: ProductFilter) {
    look(image: $image, maxItems: $maxItems) {
      image {
        id
        url(width: 64)
        width
        height
        thumbhash
        dominantColor
      }
      complete
      items {
        box {
          x
          y
          width
          height
        }
        label {
          kind
          value
          confidence
        }
        matches(first: $first, after: $after, where: $where) {
          edges {
            cursor
            score
            probability
            node {
              handle
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`;

const matches = z.object({
  edges: z.array(
    z.object({
      cursor: z.string(),
      score: z.number(),
      probability: z.number().nullable(),
      node: z.object({ handle: z.string() }),
    }),
  ),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});
const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const answer = z.object({
  look: z.object({
    image: z.object({
      id: z.string(),
      url: z.string(),
      width: z.number(),
      height: z.number(),
      thumbhash: z.string(),
      dominantColor: z.string(),
    }),
    complete: z.boolean(),
    items: z.array(
      z.object({
        box,
        label: z.object({ kind: z.string(), value: z.string(), confidence: z.number() }),
        matches,
      }),
    ),
  }),
});

let encoder: Encoder;
let gateway: TestGateway;
beforeAll(async () => {
  encoder = await openSharedEncoder();
  const calibration = await readEncoderCalibration(fileURLToPath(DEFAULT_ENCODER), encoder.id);
  gateway = await startTestGateway((db, images) => importGarments(db, images, encoder), {
    encoder,
    calibration,
  });
});
afterAll(async () => {
  await gateway.close();
  await encoder.close();
});

const look = async (bytes: Uint8Array, variables: Record<string, unknown> = {}) =>
  (
    await gateway.read(answer, LOOK, {
      image: { base64: Buffer.from(bytes).toString('base64') },
      ...variables,
    })
  ).look;

const handlesOf = ({ edges }: z.infer<typeof matches>): string[] => edges.map(({ node }) => node.handle);

/** A picture of each of these kinds. */
async function oneOf(...kinds: string[]) {
  const all = await garments();
  return kinds.map((kind) => {
    const found = all.find((garment) => garment.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  });
}

/** A hoodie on the left, trousers in the middle, a backpack on the right. */
const threeThings = () => (threeThingsOnce ??= layThreeThings());
let threeThingsOnce: ReturnType<typeof layThreeThings> | undefined;

async function layThreeThings() {
  const things = await oneOf('hoodies', 'trousers', 'backpacks');
  const bytes = await collage(
    things.map(({ file }, i) => ({ file, left: 30 + i * 210, top: 90 + 60 * (i % 2), height: 200 })),
  );
  return { things, bytes };
}

describe('the things of a photograph', () => {
  test('are found with their boxes, kinds and products', async () => {
    const { things, bytes } = await threeThings();
    const { items, complete } = await look(bytes);
    expect(items).toHaveLength(3);
    const fromLeft = [...items].sort((a, b) => a.box.x - b.box.x);
    fromLeft.forEach(({ box: { x, y, height }, label, matches: found }, i) => {
      expect(x).toBeCloseTo((30 + i * 210) / 640, 1);
      expect(y).toBeCloseTo((90 + 60 * (i % 2)) / 480, 1);
      expect(height).toBeCloseTo(200 / 480, 1);
      expect(label).toMatchObject({ kind: 'CATEGORY', value: things[i]?.kind });
      expect(label.confidence).toBeGreaterThan(0.5);
      expect(handlesOf(found)[0]).toBe(things[i]?.id);
    });
    expect(complete).toBe(true);
    expect((await look(bytes, { maxItems: 2 })).items).toHaveLength(2);
  });

  test('cost one call of the index, whatever their number', async () => {
    const { bytes } = await threeThings();
    const spy = jest.spyOn(gateway.services.index, 'search');
    try {
      await look(bytes);
      await look(bytes, { where: { price: { max: '50' } } });
      // For four regions (one is not an item), what they are and what is sellable; with another filter, all items at
      // once.
      expect(spy.mock.calls.map(([requests]) => requests.length)).toEqual([8, 8, 3]);
    } finally {
      spy.mockRestore();
    }
  });

  test('cost a statement for the proof of all, and as many for three as for one', async () => {
    const { bytes } = await threeThings();
    const one = await statementsDuring(() => look(bytes, { maxItems: 1 }));
    const three = await statementsDuring(() => look(bytes, { maxItems: 3 }));
    expect(three.filter((name) => name === 'search.prove')).toHaveLength(1);
    expect(three.sort()).toEqual(one.sort());
  });

  test('a garment worn above another is two', async () => {
    const [hoodie, trousers] = await oneOf('hoodies', 'trousers');
    const bytes = await collage([
      { file: trousers?.file ?? new URL('about:blank'), left: 270, top: 215, height: 240 },
      { file: hoodie?.file ?? new URL('about:blank'), left: 230, top: 30, height: 200 },
    ]);
    const { items } = await look(bytes);
    expect(items.map(({ label }) => label.value).sort()).toEqual(['hoodies', 'trousers']);
  });

  test('page on by the cursor of one of them, here and in visualSearch', async () => {
    const { bytes } = await threeThings();
    const first = await look(bytes, { first: 4 });
    const [item, ...others] = first.items;
    const cursor = item?.matches.pageInfo.endCursor;
    const second = await look(bytes, { first: 4, after: cursor });
    const [seen, next] = [first, second].map(({ items }) => handlesOf(matches.parse(items[0]?.matches)));
    expect(next).toHaveLength(4);
    expect(next?.filter((handle) => seen?.includes(handle))).toEqual([]);
    expect(others).toHaveLength(2);
    for (const other of second.items.slice(1)) expect(other.matches.edges).toEqual([]);

    const { visualSearch } = await gateway.read(
      z.object({ visualSearch: matches }),
      `query ($image: ID!, $box: BoxInput!, $after: String!) {
        visualSearch(query: { like: [{ image: { id: $image }, box: $box }] }, first: 4, after: $after) {
          edges { cursor score probability node { handle } } pageInfo { hasNextPage endCursor }
        }
      }`,
      { image: first.image.id, box: item?.box, after: cursor },
    );
    expect(visualSearch.edges).toEqual(second.items[0]?.matches.edges);

    const { errors } = await gateway.ask(LOOK, {
      image: { id: first.image.id },
      after: Buffer.from(JSON.stringify(['other', 0.5, 1, 1])).toString('base64url'),
    });
    expect(errors.length).toBeGreaterThan(0);
    for (const { code } of errors) expect(code).toBe('INVALID_CURSOR');
  });

  test('are no look that is complete while one of them is sold out everywhere', async () => {
    const { bytes } = await threeThings();
    await gateway.db
      .query(`UPDATE stock_levels SET on_hand = 0 FROM skus JOIN products ON products.id = product_id
      JOIN categories ON categories.id = category_id WHERE skus.id = sku_id AND categories.handle <> 'hoodies'`);
    await gateway.catchUp();
    try {
      const before = await look(bytes);
      // Only hoodies are left, and they are similar enough to be familiar, so all items still have matches.
      expect(before.items).toHaveLength(3);
      expect(before.complete).toBe(true);
      await gateway.db.query('UPDATE stock_levels SET on_hand = 0');
      await gateway.catchUp();
      const after = await look(bytes);
      expect(after.items.map(({ box: at }) => at)).toEqual(before.items.map(({ box: at }) => at));
      expect(after.complete).toBe(false);
      expect(after.items.flatMap((item) => item.matches.edges)).toEqual([]);
    } finally {
      await gateway.db.query('UPDATE stock_levels SET on_hand = 3');
      await gateway.catchUp();
    }
  });
});

test('a detector that is configured says what there is', async () => {
  const seen = { box: { x: 0.04, y: 0.15, width: 0.3, height: 0.5 }, label: 'jumper', confidence: 0.8 };
  const detector = { detect: () => Promise.resolve([seen]), close: () => Promise.resolve() };
  const beside = await startTestGateway(() => Promise.resolve(), { encoder, detector, beside: gateway });
  try {
    const { bytes, things } = await threeThings();
    const { look: found } = await beside.read(answer, LOOK, { image: { base64: bytes.toString('base64') } });
    expect(found.items).toMatchObject([
      { box: seen.box, label: { kind: 'CATEGORY', value: 'jumper', confidence: 0.8 } },
    ]);
    expect(handlesOf(matches.parse(found.items[0]?.matches))[0]).toBe(things[0]?.id);
    expect(found.complete).toBe(true);
  } finally {
    await beside.close();
  }
});

describe('the image of a look', () => {
  test('is an upload when it was sent, at an address that answers it', async () => {
    const { bytes } = await threeThings();
    const { image } = await look(bytes);
    expect(image).toMatchObject({ width: 640, height: 480, dominantColor: expect.stringMatching(/^#/) });
    const { pathname, search } = new URL(image.url);
    const response = await gateway.http.inject({ url: `${pathname}${search}` });
    expect((await sharp(response.rawPayload).metadata()).width).toBe(64);
    const again = await gateway.read(answer, LOOK, { image: { id: image.id } });
    expect(again.look.image).toEqual(image);
  });

  test('does not empty the look when it is deleted meanwhile', async () => {
    const { things, bytes } = await threeThings();
    const { image } = await look(bytes);
    const { index, uploads } = gateway.services;
    const [search, get] = [index.search.bind(index), uploads.get.bind(uploads)];
    let isDeleted = false;
    const spies = [
      // This search finds the items; it runs after the image was read.
      jest.spyOn(index, 'search').mockImplementation((requests) => {
        isDeleted = true;
        return search(requests);
      }),
      jest.spyOn(uploads, 'get').mockImplementation(async (sha256) => (isDeleted ? null : get(sha256))),
    ];
    try {
      const { data, errors } = await gateway.ask(
        'query ($id: ID!) { look(image: { id: $id }) { items { label { value } } image { url } } }',
        { id: image.id },
      );
      const kinds = things.map(({ kind }) => ({ label: { value: kind } }));
      expect(data).toEqual({ look: { items: expect.arrayContaining(kinds), image: null } });
      expect(errors).toEqual([expect.objectContaining({ code: 'IMAGE_NOT_FOUND' })]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test('is the picture of the product when it was one', async () => {
    const { products } = await gateway.read(
      z.object({
        products: z.object({ nodes: z.array(z.object({ featuredImage: z.object({ id: z.string() }) })) }),
      }),
      '{ products(first: 1) { nodes { featuredImage { id } } } }',
    );
    const id = products.nodes[0]?.featuredImage.id;
    const { look: found } = await gateway.read(answer, LOOK, { image: { id } });
    expect(found.image).toMatchObject({ id, width: 480, height: 600 });
    expect(found.items).toHaveLength(1);
  });
});

describe('bad input', () => {
  test.each([
    ['a floor', () => floor(640, 480)],
    ['one color', () => Buffer.alloc(640 * 480 * 3, 120)],
    [
      'noise',
      () => Buffer.from(Array.from({ length: 640 * 480 * 3 }, (_, i) => (i * 7919 * (i % 13)) % 256)),
    ],
  ])('%s has no items', async (_, pixels) => {
    const bytes = await sharp(pixels(), { raw: { width: 640, height: 480, channels: 3 } })
      .jpeg()
      .toBuffer();
    expect(await look(bytes)).toMatchObject({ items: [], complete: false });
  });

  test('of drawings of no garment, few show anything', async () => {
    const found: number[] = [];
    for (const stranger of await drawStrangers(1)) found.push((await look(stranger)).items.length);
    expect(found.filter((items) => items > 0).length / found.length).toBeLessThanOrEqual(0.1);
  });

  test.each([
    [1, 1],
    [3, 900],
    [4000, 2],
    [6000, 4000],
  ])('%i × %i pixels are looked at', async (width, height) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#a04030' } })
      .png()
      .toBuffer();
    expect(await look(bytes)).toMatchObject({ items: [], complete: false, image: { width, height } });
  });

  test.each([
    [{ maxItems: 0 }, 'BAD_USER_INPUT'],
    [{ maxItems: 9 }, 'BAD_USER_INPUT'],
    [{ first: 0 }, 'BAD_USER_INPUT'],
    [{ image: {} }, 'BAD_USER_INPUT'],
    [{ image: { base64: 'AAAA' } }, 'IMAGE_UNDECODABLE'],
    [{ image: { id: 'nobody' } }, 'IMAGE_NOT_FOUND'],
  ])('%j is refused', async (variables, code) => {
    const { bytes } = await threeThings();
    const { errors } = await gateway.ask(LOOK, {
      image: { base64: bytes.toString('base64') },
      ...variables,
    });
    expect(errors[0]).toMatchObject({ code });
  });

  test('an image of more pixels than may be decoded is refused, and nothing of it is kept', async () => {
    const bytes = await sharp({ create: { width: 8300, height: 8300, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    const spy = jest.spyOn(gateway.services.uploads, 'put');
    try {
      const { errors } = await gateway.ask(LOOK, { image: { base64: bytes.toString('base64') } });
      expect(errors).toMatchObject([{ code: 'IMAGE_TOO_LARGE' }]);
      expect(spy).not.toHaveBeenCalled();
    } finally {
      spy.mockRestore();
    }
  });

  test.each([
    ['of no area', { x: 0.2, y: 0.2, width: 0, height: 0.5 }],
    ['outside', { x: 1.2, y: 0.2, width: 0.1, height: 0.5 }],
    ['half outside', { x: 0.7, y: 0.2, width: 0.4, height: 0.5 }],
    ['turned over', { x: 0.7, y: 0.2, width: -0.4, height: 0.5 }],
  ])('a box %s is refused', async (_, box) => {
    const { bytes } = await threeThings();
    const { errors } = await gateway.ask(
      `query ($image: ImageInput!, $box: BoxInput!) {
        visualSearch(query: { like: [{ image: $image, box: $box }] }) { nodes { id } }
      }`,
      { image: { base64: bytes.toString('base64') }, box },
    );
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });
});

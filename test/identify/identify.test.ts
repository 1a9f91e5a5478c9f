import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { z } from 'zod';
import { LabelModels } from '../../src/identify/label-models.js';
import { COLOR_NUMBERS } from '../../src/vision/color-descriptor.js';
import { joinColor } from '../../src/vision/color-share.js';
import { seedEncoder, seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import {
  handleOf,
  imageOf,
  looks,
  NEARLY_EQUAL,
  seedGarments,
  spellingEncoder,
} from '../support/garments.js';
import { randomOf } from '../support/random.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const IDENTIFY = /* GraphQL */ `
  query Identify($image: ImageInput!, $box: BoxInput) {
    identify(image: $image, box: $box) {
      match {
        score
        probability
        node {
          handle
        }
        skus {
          code
          availability {
            sellable
          }
        }
      }
      labels {
        kind
        value
        confidence
      }
    }
  }
`;

const answer = z.object({
  identify: z.object({
    match: z
      .object({
        score: z.number(),
        probability: z.number(),
        node: z.object({ handle: z.string() }),
        skus: z.array(z.object({ code: z.string(), availability: z.object({ sellable: z.boolean() }) })),
      })
      .nullable(),
    labels: z.array(z.object({ kind: z.string(), value: z.string(), confidence: z.number() })),
  }),
});

type Identified = z.infer<typeof answer>['identify'];

const identifyAt = async (gateway: TestGateway, vector: readonly number[]): Promise<Identified> =>
  (await gateway.read(answer, IDENTIFY, { image: imageOf(vector) })).identify;

const values = ({ labels }: Identified): Record<string, string> =>
  Object.fromEntries(labels.map(({ kind, value }) => [kind, value]));

describe('a catalog to learn from', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(seedGarments, {
      encoder: spellingEncoder,
      calibration: NEARLY_EQUAL,
    });
  });
  afterAll(() => gateway.close());

  const identify = (vector: readonly number[]): Promise<Identified> => identifyAt(gateway, vector);

  // Failed on 2026-11-29: with 360,000 images, a fit takes minutes, and the gateway was killed after 20 seconds.
  test('is not learned from to the end when the gateway stops', async () => {
    let searches = 0;
    const { index, encoderId } = gateway.services;
    const models = new LabelModels({
      db: gateway.db,
      encoderId,
      log: pino({ level: 'silent' }),
      index: {
        ...index,
        name: index.name,
        search: (requests) => {
          searches += 1;
          if (searches === 2) void models.close();
          return index.search(requests);
        },
      },
    });
    await gateway.db.query('DELETE FROM calibrations');
    expect(await models.model()).toBeNull();
    expect(searches).toBe(2);
    expect((await gateway.db.query('SELECT FROM calibrations')).rowCount).toBe(0);
  });

  test('what its neighbors have in common, the surest first; what means nothing is left out', async () => {
    const seen = await identify(looks('shirt', -2.5, 0.5));
    expect(values(seen)).toEqual({ CATEGORY: 'tops/shirts', COLOR: 'red' });
    const confidences = seen.labels.map(({ confidence }) => confidence);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
    expect(confidences.every((confidence) => confidence >= 0.5 && confidence <= 1)).toBe(true);
    expect(values(await identify(looks('shoe', 1.5, 0.5)))).toEqual({ CATEGORY: 'shoes', COLOR: 'blue' });
  });

  test('what is known of the labels, with its source', async () => {
    await gateway.db.query(`
      INSERT INTO entities (handle, kind, label) VALUES ('madder', 'TECHNIQUE', 'Madder');
      INSERT INTO entity_links (entity_id, target, name, value) SELECT id, 'ATTRIBUTE', 'color', 'red' FROM entities;
      INSERT INTO relations (subject_id, predicate, value, source) SELECT id, 'is', 'a root that dyes red', 'A dyer' FROM entities`);
    const { identify: seen } = await gateway.read(
      z.object({ identify: z.object({ facts: z.array(z.unknown()) }) }),
      `query ($image: ImageInput!) { identify(image: $image) { facts { subject predicate value source } } }`,
      { image: imageOf(looks('shirt', -2.5, 0.5)) },
    );
    expect(seen.facts).toEqual([
      { subject: 'Madder', predicate: 'is', value: 'a root that dyes red', source: 'A dyer' },
    ]);
  });

  test('the very product, also when it is sold out; none where nobody stands', async () => {
    const handle = handleOf('shirt', 1, -1);
    await setStock(gateway.db, `${handle}-S`, 0);
    await setStock(gateway.db, `${handle}-M`, 0);
    await gateway.catchUp();
    const { match } = await identify(looks('shirt', 1, -1));
    expect(match?.node.handle).toBe(handle);
    expect(match?.probability).toBeGreaterThan(0.9);
    expect(match?.skus.map((sku) => sku.availability.sellable)).toEqual([false, false]);
    expect((await identify(looks('shirt', 0.5, 0.5))).match).toBeNull();
  });

  test('a product that this channel does not offer votes, and is not shown', async () => {
    await gateway.db.query('DELETE FROM prices USING skus WHERE skus.id = sku_id AND code LIKE $1', [
      `${handleOf('shoe', -1, 0)}-%`,
    ]);
    await gateway.catchUp();
    const seen = await identify(looks('shoe', -1, 0));
    expect(seen.match).toBeNull();
    expect(values(seen).CATEGORY).toBe('shoes');
  });

  test.each([
    ['the opposite of a garment', [-1, -1, 0, 0]],
    ['far off in every direction', [0, 0, 1, -1]],
    ['between the shirts and the shoes, and neither', [1, 1, 0, 0]],
  ])('says nothing of what it does not know: %s', async (_, vector) => {
    expect(await identify(vector)).toEqual({ match: null, labels: [] });
  });

  test('asks the index once', async () => {
    await identify(looks('shirt', 0, 0));
    const search = jest.spyOn(gateway.services.index, 'search');
    await identify(looks('shirt', 2, 2));
    expect(search).toHaveBeenCalledTimes(1);
    search.mockRestore();
  });

  test('another gateway uses what the first one learned', async () => {
    const beside = await startTestGateway(() => Promise.resolve(), {
      encoder: spellingEncoder,
      beside: gateway,
    });
    const search = jest.spyOn(beside.services.index, 'search');
    expect(values(await identifyAt(beside, looks('shoe', -2.5, 0.5)))).toEqual({
      CATEGORY: 'shoes',
      COLOR: 'red',
    });
    expect(search).toHaveBeenCalledTimes(1);
    await beside.close();
  });

  test('refuses a box of no area, and what is no image', async () => {
    const { errors } = await gateway.ask(IDENTIFY, {
      image: { base64: '', id: 'both' },
      box: null,
    });
    expect(errors).toEqual([{ code: 'BAD_USER_INPUT', message: expect.stringContaining('exactly one') }]);
  });
});

test('a catalog that is too small to learn from says nothing', async () => {
  const gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, { handle: 'only', vectors: [looks('shirt', 0, 0)], skus: [{ code: 'only-m' }] });
    },
    { encoder: spellingEncoder },
  );
  expect(await identifyAt(gateway, looks('shirt', 0, 0))).toEqual({ match: null, labels: [] });
  await gateway.close();
});

test('colors are judged by what has the same color, whatever its form', async () => {
  const random = randomOf(5);
  const forms = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => random() - 0.5));
  const colors = ['red', 'blue', 'green'];
  const lookOf = (form: readonly number[], color: string): number[] => {
    const hue = Array.from({ length: COLOR_NUMBERS }, (_, i) => Number(i === colors.indexOf(color)));
    const norm = Math.hypot(...form);
    return [
      ...joinColor(
        Float32Array.from(form, (value) => value / norm),
        Float32Array.from(hue),
      ),
    ];
  };
  const dimension = 4 + COLOR_NUMBERS;
  const encoder = { ...spellingEncoder, id: 'colored@1', dimension };
  const gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await db.query('DELETE FROM encoders');
      await seedEncoder(db, encoder);
      for (const [i, form] of forms.entries()) {
        const color = colors[i % colors.length] ?? '';
        await seedProduct(db, {
          handle: `${color}-${i}`,
          attributes: [['color', color]],
          vectors: [lookOf(form, color)],
          skus: [{ code: `sku-${i}` }],
        });
      }
    },
    { encoder },
  );
  try {
    for (const [i, form] of forms.slice(0, 12).entries()) {
      // The form of a product in the color of others.
      const color = colors[(i + 1) % colors.length] ?? '';
      expect(values(await identifyAt(gateway, lookOf(form, color)))).toMatchObject({ COLOR: color });
    }
  } finally {
    await gateway.close();
  }
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { openBodies, type Bodies } from '../../src/vision/bodies/bodies.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { openSharedEncoder } from '../support/encoder.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { pictureOf } from '../support/people.js';
import { importGarments } from './support.js';

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
const answer = z.object({
  look: z.object({
    complete: z.boolean(),
    items: z.array(
      z.object({
        box: z.object({ x: number, y: number, width: number, height: number }),
        label: z.object({ value: z.string() }),
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
  gateway = await startTestGateway((db, images) => importGarments(db, images, encoder), { encoder, bodies });
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

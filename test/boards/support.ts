import sharp from 'sharp';
import { z } from 'zod';
import { decodeRaster } from '../../src/vision/decode.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { ENCODER } from '../support/catalog.js';
import type { TestGateway } from '../support/gateway.js';

/** In pixels. A picture of a single color is the same at any size. */
const SEEN_SIDE = 32;

/** Sees the mean color of an image; red, green, and blue are as different as possible. */
export const colorEncoder: Encoder = {
  ...ENCODER,
  async encode(image) {
    // Like an encoder, it rejects files that are not pictures with a request error.
    const { pixels, width, height } = await decodeRaster(image, SEEN_SIDE);
    const { channels } = await sharp(pixels, { raw: { width, height, channels: 3 } }).stats();
    const color = channels.slice(0, 3).map(({ mean }) => mean);
    const length = Math.hypot(...color);
    return Float32Array.from([...color, 0], (value) => value / length);
  },
  see: () => Promise.reject(new Error('this encoder shows nothing')),
  open: () => Promise.reject(new Error('this encoder opens no scene')),
  close: () => Promise.resolve(),
};

export const picture = (r: number, g: number, b: number): Promise<Buffer> =>
  sharp({ create: { width: 32, height: 32, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();

const payload = z.object({
  write: z.object({
    board: z.object({ id: z.string(), title: z.string() }).nullable(),
    userErrors: z.array(
      z.object({ code: z.string(), field: z.array(z.string()).nullable(), message: z.string() }),
    ),
  }),
});
export type BoardAnswer = z.infer<typeof payload>['write'];

type Write = 'boardCreate' | 'boardUpdate' | 'pinAdd' | 'pinRemove';

/** Sends a mutation that returns a board; fails on errors other than user errors. */
export async function writeBoard(
  gateway: TestGateway,
  mutation: Write,
  input: object,
  secret?: string,
): Promise<BoardAnswer> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) {
    write: ${mutation}(input: $input) { board { id title } userErrors { code field message } }
  }`;
  return (await gateway.read(payload, document, { input }, secret)).write;
}

/** Creates a board with these products pinned; returns its id. */
export async function makeBoard(
  gateway: TestGateway,
  pins: readonly { product?: string; image?: object; positive?: boolean }[],
  secret?: string,
): Promise<string> {
  const { board } = await writeBoard(gateway, 'boardCreate', { title: 'Autumn' }, secret);
  const id = board?.id ?? '';
  for (const pin of pins) {
    const { userErrors } = await writeBoard(gateway, 'pinAdd', { board: id, ...pin }, secret);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  }
  return id;
}

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../../src/vision/encoder.js';
import { readManifest } from '../../src/vision/manifest.js';
import { cellWeights, meanOfCells } from '../../src/vision/regions.js';
import { cosine, embeddingOf, fixture, golden, referenceEncoder } from './support.js';

const AT_LEAST = { none: 0.9999, down: 0.999, up: 0.99 };

describe('garment-lite2 agrees with Pillow and onnxruntime in Python', () => {
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await openEncoder({ directory: DEFAULT_ENCODER, threads: 1 });
  });
  afterAll(() => encoder.close());

  test.each(golden.images)('$file, scaled: $scaled', async ({ file, scaled, embedding, region }) => {
    const vector = await encoder.encode(fixture(file));
    expect(cosine(embeddingOf(vector), embedding)).toBeGreaterThanOrEqual(AT_LEAST[scaled]);
    expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);

    const scene = await encoder.open(fixture(file));
    const cells = await scene.cells();
    if (cells === null) throw new Error('this encoder has cells');
    const part = meanOfCells(cells, cellWeights(region.box, scene.raster, cells.grid));
    expect(cosine(part, region.embedding)).toBeGreaterThanOrEqual(AT_LEAST[scaled]);
    expect(cosine(part, embedding)).toBeLessThan(0.99);
  });
});

describe.each(['garment-lite0', 'efficientnet-lite0'])('%s agrees with PyTorch', (name) => {
  const reference = referenceEncoder(name);
  if (!reference) {
    test.skip('skipped: its reference vectors are not beside this repository', () => undefined);
    return;
  }
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await openEncoder({ directory: reference.directory, threads: 1 });
  });
  afterAll(() => encoder.close());

  test.each(reference.images)('$file', async ({ bytes, width, height, embedding }) => {
    const scaled = Math.max(width, height) > 224 ? 'down' : 'up';
    expect(cosine(embeddingOf(await encoder.encode(bytes)), embedding)).toBeGreaterThanOrEqual(
      AT_LEAST[scaled],
    );
  });

  const tensors = reference.images.flatMap(({ file, tensor, embedding }) =>
    tensor ? [{ file, tensor, embedding }] : [],
  );
  if (tensors.length === 0) return;
  test.each(tensors)('the input tensor of $file', async ({ tensor, embedding }) => {
    const { input } = await readManifest(reference.directory);
    const plane = input.size * input.size;
    const pixels = Buffer.alloc(3 * plane);
    let deviation = 0;
    tensor.forEach((value, index) => {
      const channel = Math.floor(index / plane) === 0 ? 0 : index < 2 * plane ? 1 : 2;
      const pixel = (value * input.std[channel] + input.mean[channel]) / input.scale;
      deviation = Math.max(deviation, Math.abs(pixel - Math.round(pixel)));
      pixels[(index % plane) * 3 + channel] = Math.round(pixel);
    });
    expect(deviation).toBeLessThan(0.01);
    const png = await sharp(pixels, { raw: { width: input.size, height: input.size, channels: 3 } })
      .png()
      .toBuffer();
    expect(cosine(embeddingOf(await encoder.encode(png)), embedding)).toBeGreaterThanOrEqual(0.9999);
  });
});

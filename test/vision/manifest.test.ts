import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_ENCODER, openEncoder } from '../../src/vision/encoder.js';
import { readManifest } from '../../src/vision/manifest.js';

describe('an encoder folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-encoder-'));
    for (const file of ['model.json', 'model.onnx', 'trust.json']) {
      await copyFile(new URL(file, DEFAULT_ENCODER), join(folder, file));
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  const edit = async (change: (text: string) => string) => {
    const file = join(folder, 'model.json');
    await writeFile(file, change(await readFile(file, 'utf8')));
  };
  const replace = (from: string | RegExp, to: string) =>
    edit((text) => {
      expect(text).toMatch(from);
      return text.replace(from, to);
    });

  test('is read', async () => {
    await expect(readManifest(folder)).resolves.toEqual({
      id: 'garment-lite2@1.0.0+lab36',
      input: {
        name: 'pixel_values',
        size: 260,
        framing: { fit: 'pad', kernel: 'cubic' },
        scale: 1 / 255,
        mean: [0.498, 0.498, 0.498],
        std: [0.502, 0.502, 0.502],
      },
      output: { name: 'embedding', pooling: 'none', tokens: 1 },
      dimension: 548,
      embeddingDimension: 512,
      grid: { rows: 9, columns: 9 },
      patches: { name: 'patches', skip: 0, dimension: 512 },
      suspicion: {
        name: 'suspicion',
        dimension: 162,
        grid: { rows: 9, columns: 9 },
        model: expect.objectContaining({ output: 'suspicion' }),
      },
      modelFile: join(folder, 'model.onnx'),
      maxBatch: 4,
    });
  });

  test.each([
    ['a file is missing', () => rm(join(folder, 'model.onnx')), /model\.onnx cannot be read/],
    ['the manifest is missing', () => rm(join(folder, 'model.json')), /model\.json cannot be read/],
    ['it is not JSON', () => edit((text) => text.slice(1)), /model\.json is not JSON/],
    ['the input has no size', () => replace('"size": 260,', ''), /input\.size/],
    ['pixels are laid out otherwise', () => replace('"NCHW"', '"NHWC"'), /input\.layout/],
    [
      'it resizes otherwise',
      () => replace('"resize_rule": "pad"', '"resize_rule": "crop"'),
      /input\.resize_rule/,
    ],
    ['no output is the embedding', () => replace('"name": "embedding"', '"name": "logits"'), /"embedding"/],
    ['local embeddings have no grid', () => replace('"grid"', '"cells"'), /"patches" needs a grid/],
    ['suspicion has another length', () => replace('"dim": 162', '"dim": 160'), /"suspicion" needs a grid/],
    ['the model is not the one described', () => replace(/"sha256": "\w{4}/, '"sha256": "0000'), /SHA-256/],
  ])('is refused with a remedy when %s', async (_, damage, message) => {
    await damage();
    const opening = readManifest(folder);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/VITRINE_ENCODER/);
    await expect(opening).rejects.toThrow(folder);
  });

  test('does not open when the model has another dimension than it says', async () => {
    await edit((text) => text.replaceAll('"dim": 512', '"dim": 640'));
    await expect(openEncoder({ directory: folder, threads: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(
        /"embedding" has 512 numbers where the description says 640.*VITRINE_ENCODER/,
      ),
    });
  });

  test('does not open when the model has other inputs than it says', async () => {
    await edit((text) => text.replace('"name": "pixel_values"', '"name": "pixels"'));
    await expect(openEncoder({ directory: folder, threads: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/model\.onnx.*pixel_values.*VITRINE_ENCODER/),
    });
  });
});

import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { z } from 'zod';
import { openEncoder, type OpenEncoder } from '../../src/vision/encoder.js';
import { EncoderFolderError } from '../../src/vision/encoder-manifest.js';
import { readPreprocessor } from '../../src/vision/hugging-face/preprocessor.js';
import { openTokenizer } from '../../src/vision/hugging-face/tokenizer.js';
import { readManifest } from '../../src/vision/manifest.js';
import { averagingEncoder, halfEncoder } from '../support/onnx.js';
import { cosine, embeddingOf, fixture } from './support.js';

/** Tiny encoders with random weights; see encoders/make.py. */
const ENCODERS = fileURLToPath(new URL('./encoders/', import.meta.url));

/** The lowest cosine to the reference: libvips and Pillow shrink nearly the same way, and enlarge less so. */
const AT_LEAST = { down: 0.999, up: 0.998 };
const ENLARGED: readonly string[] = ['fmnist-shirt-blue-portrait.png'];

const numbers = z.array(z.number());
const goldenSchema = z.object({
  images: z.array(z.object({ file: z.string(), embedding: numbers })).default([]),
  texts: z.array(z.object({ text: z.string(), ids: numbers, embedding: numbers.optional() })).default([]),
});
const goldenOf = async (name: string): Promise<z.infer<typeof goldenSchema>> =>
  goldenSchema.parse(JSON.parse(await readFile(join(ENCODERS, name, 'golden.json'), 'utf8')));

const clip = await goldenOf('clip');
const siglip = await goldenOf('siglip');
const siglip2 = await goldenOf('siglip2');
const dinov2 = await goldenOf('dinov2');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-hub-'));
});
afterEach(() => rm(folder, { recursive: true }));

const json = z.record(z.string(), z.unknown());

/** Copies an encoder into the folder; `golden.json` stays behind. */
const copy = (name: string): Promise<void> => cp(join(ENCODERS, name), folder, { recursive: true });

/** Changes fields of a file of the folder; an undefined field is removed. */
async function edit(file: string, change: Record<string, unknown>): Promise<void> {
  const path = join(folder, file);
  const before = json.parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, JSON.stringify({ ...before, ...change }));
}

/** Writes an encoder that averages squares of 4 × 4 pixels, of a model type that nothing knows. */
async function writeAveraging(size: number, graph: Parameters<typeof averagingEncoder>[2]): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const names = { input: 'pixel_values', output: 'pooler_output', ...graph };
  await writeFile(join(folder, 'onnx/model.onnx'), averagingEncoder(size, 4, names));
  await writeFile(join(folder, 'config.json'), '{"model_type":"averaging"}');
  const preprocessor = {
    size: { height: size, width: size },
    resample: 3,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
}

describe.each([
  { name: 'clip', golden: clip, embedding: 24, grid: undefined },
  { name: 'siglip', golden: siglip, embedding: 32, grid: undefined },
  { name: 'dinov2', golden: dinov2, embedding: 32, grid: { rows: 8, columns: 8 } },
])('$name agrees with transformers and PyTorch', ({ name, golden, embedding, grid }) => {
  let encoder: OpenEncoder;
  beforeAll(async () => {
    encoder = await openEncoder({ directory: join(ENCODERS, name), threads: 1 });
  });
  afterAll(() => encoder.close());

  test('in what it is', async () => {
    expect(encoder.id).toMatch(new RegExp(`^${name}@[0-9a-f]{12}\\+lab36$`));
    expect(encoder.dimension).toBe(embedding + 36);
    const cells = await (await encoder.open(fixture('drawn-tee-striped.jpg'))).cells();
    expect(cells?.grid).toEqual(grid);
    expect(cells?.vectors.length).toBe(grid && 64 * 32);
  });

  test.each(golden.images)('$file', async ({ file, embedding: expected }) => {
    const vector = embeddingOf(await encoder.encode(fixture(file)));
    expect(cosine(vector, expected)).toBeGreaterThanOrEqual(
      AT_LEAST[ENLARGED.includes(file) ? 'up' : 'down'],
    );
  });

  test('in texts', async () => {
    for (const { text, embedding: expected } of golden.texts) {
      const vector = (await encoder.embedText?.(text)) ?? new Float32Array();
      expect(cosine(embeddingOf(vector), expected ?? [])).toBeGreaterThan(0.99999);
      expect(vector.subarray(embedding).every((value) => value === 0)).toBe(true);
    }
  });

  // The networks tell images apart, so that a wrong preparation of images fails the tests above.
  test('and not for another image', async () => {
    const [one, other] = golden.images.map((image) => image.embedding);
    expect(cosine(one ?? [], other ?? [])).toBeLessThan(0.9);
  });

  if (name !== 'dinov2') return;
  test('in its local embeddings: they are the tokens after that of the class', async () => {
    const flat = { create: { width: 112, height: 112, channels: 3, background: 'white' } } as const;
    const [left, right] = ['#b02020', '#2020b0'].map((background) => ({
      create: { width: 56, height: 112, channels: 3, background } as const,
    }));
    const halves = await sharp(flat)
      .composite([
        { input: left ?? flat, left: 0, top: 0 },
        { input: right ?? flat, left: 56, top: 0 },
      ])
      .png()
      .toBuffer();
    const cells = await (await encoder.open(halves)).cells();
    const cell = (row: number, column: number): Float32Array =>
      cells?.vectors.subarray((row * 8 + column) * 32, (row * 8 + column + 1) * 32) ?? new Float32Array();
    expect(cosine(cell(3, 1), cell(3, 2))).toBeGreaterThan(cosine(cell(3, 1), cell(3, 6)) + 0.1);
  });
});

describe.each([
  { name: 'clip', golden: clip, settings: { length: 24, isPadded: false, cleaning: 'none' } },
  { name: 'siglip', golden: siglip, settings: { length: 64, isPadded: true, cleaning: 'words' } },
  { name: 'siglip2', golden: siglip2, settings: { length: 64, isPadded: true, cleaning: 'lowercase' } },
] as const)('the tokenizer of $name agrees with transformers', ({ name, golden, settings }) => {
  const files = {
    tokenizerFile: join(ENCODERS, name, 'tokenizer.json'),
    tokenizerSettingsFile: join(ENCODERS, name, 'tokenizer_config.json'),
  };

  test.each(golden.texts)('the text %#', async ({ text, ids }) => {
    const tokenize = await openTokenizer({ ...files, ...settings });
    expect(tokenize(text).ids).toEqual(ids);
  });

  // A tokenizer.json of the original checkpoint of SigLIP leaves that to code in Python.
  test('also where its tokenizer.json does not clean texts', async () => {
    if (settings.cleaning === 'none') return;
    await cp(files.tokenizerFile, join(folder, 'tokenizer.json'));
    const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
    await edit('tokenizer.json', { normalizer: name === 'siglip2' ? space : null });
    const tokenize = await openTokenizer({
      ...files,
      ...settings,
      tokenizerFile: join(folder, 'tokenizer.json'),
    });
    for (const { text, ids } of golden.texts) expect(tokenize(text).ids).toEqual(ids);
  });
});

describe('images are prepared as preprocessor_config.json says', () => {
  const prepared = async (name: string, change: Record<string, unknown>) => {
    await copy(name);
    await edit('preprocessor_config.json', change);
    return readPreprocessor(join(folder, 'preprocessor_config.json'));
  };
  const cropped = { fit: 'crop', kernel: 'cubic', shorterSide: 112 };
  const stretched = { fit: 'stretch', kernel: 'cubic' };

  test.each([
    ['numbers for sizes, as until 2022', 'clip', { size: 112, crop_size: 112 }, cropped],
    [
      'the old name of the type',
      'clip',
      { image_processor_type: undefined, feature_extractor_type: 'CLIPFeatureExtractor' },
      cropped,
    ],
    ['a fast type', 'clip', { image_processor_type: 'CLIPImageProcessorFast' }, cropped],
    ['nulls for what is usual', 'clip', { do_center_crop: null, resample: null, do_rescale: null }, cropped],
    ['a number that is the side of a square', 'siglip', { size: 112 }, stretched],
    ['nulls of a model that does not crop', 'siglip', { do_center_crop: null, crop_size: null }, stretched],
    ['no crop at all', 'dinov2', { size: { height: 112, width: 112 }, do_center_crop: false }, stretched],
    ['a larger shorter side', 'dinov2', {}, { ...cropped, shorterSide: 128 }],
    ['bilinear', 'siglip', { resample: 2 }, { fit: 'stretch', kernel: 'linear' }],
    ['Lanczos', 'siglip', { resample: 1 }, { fit: 'stretch', kernel: 'lanczos3' }],
    ['a type that nothing knows', 'siglip', { image_processor_type: 'OtherImageProcessor' }, stretched],
  ])('%s', async (_, name, change, framing) => {
    expect(await prepared(name, change)).toMatchObject({ size: 112, framing });
  });

  test('with or without rescaling and normalization', async () => {
    expect(await prepared('siglip', { do_rescale: false, do_normalize: false })).toMatchObject({
      scale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  test('a strip is cut to its middle before it is resized', async () => {
    const encoder = await openEncoder({ directory: join(ENCODERS, 'dinov2'), threads: 1 });
    try {
      const image = (width: number): Sharp =>
        sharp({ create: { width, height: 4, channels: 3, background: '#2020b0' } });
      const strip = await image(8_000).png().toBuffer();
      const middle = await image(4).png().toBuffer();
      expect(cosine(await encoder.encode(strip), await encoder.encode(middle))).toBeGreaterThan(0.9999);
    } finally {
      await encoder.close();
    }
  });

  test('and what they are prepared with is part of the id, as are the weights', async () => {
    await copy('dinov2');
    const ids = [(await readManifest(folder)).id];
    await edit('preprocessor_config.json', { resample: 2 });
    ids.push((await readManifest(folder)).id);
    const weights = join(folder, 'onnx/model.onnx_data');
    const bytes = await readFile(weights);
    await writeFile(weights, bytes.fill(0, 0, 64));
    ids.push((await readManifest(folder)).id);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('of several graphs', () => {
  test('the most exact one is used', async () => {
    await copy('clip');
    const graph = join(folder, 'onnx/vision_model.onnx');
    await cp(graph, join(folder, 'onnx/vision_model_quantized.onnx'));
    expect((await readManifest(folder)).modelFile).toBe(graph);
    await rm(graph);
    expect((await readManifest(folder)).modelFile).toBe(join(folder, 'onnx/vision_model_quantized.onnx'));
  });

  test('the tower of images is used, and also without a folder of their own', async () => {
    await copy('clip');
    await cp(join(folder, 'onnx/text_model.onnx'), join(folder, 'onnx/model.onnx'));
    expect((await readManifest(folder)).modelFile).toBe(join(folder, 'onnx/vision_model.onnx'));
    await rename(join(folder, 'onnx/vision_model.onnx'), join(folder, 'vision_model.onnx'));
    expect((await readManifest(folder)).modelFile).toBe(join(folder, 'vision_model.onnx'));
  });

  test('a tower of texts is not needed', async () => {
    await copy('clip');
    await rm(join(folder, 'onnx/text_model.onnx'));
    await rm(join(folder, 'tokenizer.json'));
    const encoder = await openEncoder({ directory: folder, threads: 1 });
    await encoder.close();
    expect(encoder.embedText).toBeUndefined();
  });
});

describe('a graph of an unknown model type', () => {
  test('is used when an output says that it is pooled', async () => {
    await writeAveraging(16, {});
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({
      output: { name: 'pooler_output' },
      embeddingDimension: 48,
      maxBatch: 4,
    });
  });

  test('that takes one image at once gets one at once', async () => {
    await writeAveraging(16, { batch: 1 });
    const encoder = await openEncoder({ directory: folder, threads: 1 });
    try {
      const images = ['fmnist-bag.png', 'fmnist-dress.png'].map((file) => fixture(file));
      const alone = [];
      for (const image of images) alone.push(await encoder.encode(image));
      const together = await Promise.all([...images, ...images].map((image) => encoder.encode(image)));
      for (const [i, vector] of together.entries())
        expect(cosine(vector, alone[i % 2] ?? [])).toBeGreaterThan(0.99999);
    } finally {
      await encoder.close();
    }
  });
});

describe('a folder is refused with file, field, and remedy when', () => {
  const preprocessor = (change: Record<string, unknown>) => () => edit('preprocessor_config.json', change);
  const remove = (file: string) => () => rm(join(folder, file));

  test.each([
    [
      'config.json is damaged',
      'clip',
      () => writeFile(join(folder, 'config.json'), '{'),
      'config.json',
      null,
    ],
    [
      'no model type is given',
      'clip',
      () => edit('config.json', { model_type: undefined }),
      'config.json',
      'model_type',
    ],
    [
      'preprocessor_config.json is missing',
      'clip',
      remove('preprocessor_config.json'),
      'preprocessor_config.json',
      null,
    ],
    ['the size is missing', 'clip', preprocessor({ size: undefined }), 'preprocessor_config.json', 'size'],
    [
      'the size is of another kind',
      'clip',
      preprocessor({ size: { longest_edge: 112 } }),
      'preprocessor_config.json',
      'size',
    ],
    [
      'it is no square',
      'siglip',
      preprocessor({ size: { height: 112, width: 80 } }),
      'preprocessor_config.json',
      'size',
    ],
    [
      'a number can mean two sizes',
      'siglip',
      preprocessor({ size: 112, image_processor_type: 'OtherImageProcessor' }),
      'preprocessor_config.json',
      'size',
    ],
    [
      'the size of the crop is missing',
      'clip',
      preprocessor({ crop_size: undefined }),
      'preprocessor_config.json',
      'crop_size',
    ],
    [
      'the crop is larger than the image',
      'clip',
      preprocessor({ crop_size: 128 }),
      'preprocessor_config.json',
      'crop_size',
    ],
    [
      'images would have any width',
      'clip',
      preprocessor({ do_center_crop: false }),
      'preprocessor_config.json',
      'do_center_crop',
    ],
    [
      'images are not resized',
      'clip',
      preprocessor({ do_resize: false }),
      'preprocessor_config.json',
      'do_resize',
    ],
    ['the kernel is unknown', 'clip', preprocessor({ resample: 5 }), 'preprocessor_config.json', 'resample'],
    [
      'means are missing',
      'clip',
      preprocessor({ image_mean: undefined }),
      'preprocessor_config.json',
      'image_mean',
    ],
    [
      'a deviation is zero',
      'clip',
      preprocessor({ image_std: [0, 1, 1] }),
      'preprocessor_config.json',
      'image_std.0',
    ],
    [
      'images are cut to patches of any number',
      'siglip',
      preprocessor({ image_processor_type: 'Siglip2ImageProcessor' }),
      'preprocessor_config.json',
      'image_processor_type',
    ],
    ['images are padded', 'siglip', preprocessor({ do_pad: true }), 'preprocessor_config.json', 'do_pad'],
    ['there is no graph', 'dinov2', remove('onnx/model.onnx'), 'onnx', null],
    [
      'the graph is damaged',
      'clip',
      () => writeFile(join(folder, 'onnx/vision_model.onnx'), 'x'),
      'onnx/vision_model.onnx',
      null,
    ],
    ['its weights are missing', 'dinov2', remove('onnx/model.onnx_data'), 'onnx/model.onnx', null],
    [
      'it takes another size',
      'siglip',
      preprocessor({ size: { height: 96, width: 96 } }),
      'onnx/vision_model.onnx',
      'pixel_values',
    ],
    [
      'it takes texts too',
      'clip',
      () => rename(join(folder, 'onnx/text_model.onnx'), join(folder, 'onnx/vision_model.onnx')),
      'onnx/vision_model.onnx',
      'attention_mask',
    ],
    [
      'it takes half precision',
      'siglip',
      () => writeFile(join(folder, 'onnx/vision_model.onnx'), halfEncoder(112)),
      'onnx/vision_model.onnx',
      'pixel_values',
    ],
    [
      'tokens cannot be told apart',
      'dinov2',
      () => edit('config.json', { patch_size: 16 }),
      'onnx/model.onnx',
      'last_hidden_state',
    ],
    [
      'the embedding is not in the space of texts',
      'siglip',
      () => edit('config.json', { model_type: 'clip' }),
      'onnx/vision_model.onnx',
      'pooler_output',
    ],
    ['the text tower has no tokenizer', 'clip', remove('tokenizer.json'), 'tokenizer.json', null],
    [
      'the text tower is of a type without one',
      'clip',
      () => edit('config.json', { model_type: 'averaging' }),
      'config.json',
      'model_type',
    ],
  ])('%s', async (_, name, damage, file, field) => {
    await copy(name);
    await damage();
    const error = await readManifest(folder).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(EncoderFolderError);
    expect(error).toMatchObject({
      file: join(folder, file),
      field,
      message: expect.stringMatching(/VITRINE_ENCODER/),
    });
  });

  test.each([
    [
      'its tokenizer is damaged',
      'clip',
      () => writeFile(join(folder, 'tokenizer.json'), '{}'),
      /tokenizer\.json /,
    ],
    [
      'padding has no token',
      'siglip',
      () => edit('tokenizer_config.json', { pad_token: undefined }),
      /tokenizer_config\.json: "pad_token" is missing/,
    ],
  ])('%s', async (_, name, damage, problem) => {
    await copy(name);
    await damage();
    const opening = openEncoder({ directory: folder, threads: 1 });
    await expect(opening).rejects.toMatchObject({ message: expect.stringMatching(problem) });
    await expect(opening).rejects.toMatchObject({ message: expect.stringMatching(/VITRINE_ENCODER/) });
  });

  test('both towers are from different models', async () => {
    await copy('clip');
    await cp(join(ENCODERS, 'siglip/onnx/vision_model.onnx'), join(folder, 'onnx/vision_model.onnx'));
    await edit('config.json', { model_type: 'siglip' });
    await expect(openEncoder({ directory: folder, threads: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/text_model\.onnx does not embed texts: .*VITRINE_ENCODER/),
    });
  });
});

import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openDetector } from '../../src/vision/detector.js';
import { detectorFolder, DETECTOR_SIZE } from '../support/detector.js';
import { constantDetector } from '../support/onnx.js';

const LABELS = ['shirt', 'trousers'];
/** Center x, center y, width, height, confidence of a shirt, of trousers. */
const ANCHORS = [
  [16, 32, 16, 16, 0.9, 0.1],
  [17, 32, 16, 16, 0.8, 0.1],
  [16, 32, 16, 16, 0.1, 0.6],
  [48, 32, 20, 40, 0.2, 0.7],
  [48, 32, 20, 40, 0.1, 0.2],
  [32, 4, 30, 6, 0.9, 0],
  [NaN, 32, 10, 10, 0.9, 0],
  [32, 32, -5, 10, 0.9, 0],
];
const columns = (): number[] =>
  ANCHORS[0]?.map((_, row) => ANCHORS.map((anchor) => anchor[row] ?? 0)).flat() ?? [];
/** Twice as wide as high: a quarter of the square above it and below it is gray. */
const wide = { pixels: new Uint8Array(100 * 50 * 3), width: 100, height: 50 };

let folder = '';
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(model: Buffer, changes: Record<string, unknown> = {}): Promise<string> {
  folder = await detectorFolder(ANCHORS, LABELS, { model, changes });
  return folder;
}

describe('a detector of the YOLO family', () => {
  test.each([
    ['channels first', [1, 6, ANCHORS.length], columns()],
    ['anchors first', [1, ANCHORS.length, 6], ANCHORS.flat()],
  ])('is read, %s', async (_, shape, values) => {
    const detector = await openDetector(await write(constantDetector(DETECTOR_SIZE, shape, values)));
    try {
      // The second shirt is a duplicate of the first; the box in the gray area is outside the image.
      expect(await detector.detect(wide)).toEqual([
        {
          box: { x: 0.125, y: 0.25, width: 0.25, height: 0.5 },
          label: 'shirt',
          confidence: expect.closeTo(0.9, 5),
        },
        {
          box: { x: 0.5938, y: 0, width: 0.3125, height: 1 },
          label: 'trousers',
          confidence: expect.closeTo(0.7, 5),
        },
        {
          box: { x: 0.125, y: 0.25, width: 0.25, height: 0.5 },
          label: 'trousers',
          confidence: expect.closeTo(0.6, 5),
        },
      ]);
    } finally {
      await detector.close();
    }
  });

  test('is asked for what it is sure of', async () => {
    const model = constantDetector(DETECTOR_SIZE, [1, 6, ANCHORS.length], columns());
    const detector = await openDetector(await write(model, { confidence: 0.85 }));
    try {
      expect(await detector.detect(wide)).toHaveLength(1);
    } finally {
      await detector.close();
    }
  });

  test('refuses more images than it can look at', async () => {
    const model = constantDetector(DETECTOR_SIZE, [1, 6, ANCHORS.length], columns());
    const detector = await openDetector(await write(model));
    try {
      const flood = await Promise.allSettled(Array.from({ length: 40 }, () => detector.detect(wide)));
      const refused = flood.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(24);
      for (const result of refused) expect(result).toMatchObject({ reason: { code: 'SERVICE_OVERLOADED' } });
    } finally {
      await detector.close();
    }
  });
});

describe('a folder that is no detector is refused at the start, with what to do', () => {
  const model = () => constantDetector(DETECTOR_SIZE, [1, 6, ANCHORS.length], columns());
  test.each([
    [
      'other labels than classes',
      () => write(model(), { labels: ['shirt'] }),
      /1 labels make \[1, 5, anchors\]/,
    ],
    ['another output', () => write(model(), { output: 'boxes2' }), /boxes2/],
    ['no labels', () => write(model(), { labels: [] }), /labels/],
    [
      'a damaged model',
      () => write(model(), { files: { 'model.onnx': { sha256: '0'.repeat(64) } } }),
      /SHA-256/,
    ],
    ['no model', () => write(Buffer.from('none')), /does not run/],
    ['nothing', () => Promise.resolve('/nonexistent'), /cannot be read/],
  ])('%s', async (_, make, message) => {
    const opening = openDetector(await make());
    await expect(opening).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(message),
    });
    await expect(opening).rejects.toThrow(/VITRINE_DETECTOR/);
  });
});

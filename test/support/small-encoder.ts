import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { averagingEncoder, cornerEncoder } from './onnx.js';

/** Pixels of a side, the minimum for an encoder, and of the squares that it averages. */
const SIDE = 16;
const SQUARE = 4;

/**
 * A folder with an encoder for tests of other parts. It sees an image as 4 × 4 squares of one color each, starts
 * immediately, and takes a millisecond per image, while the included one takes forty.
 */
export const smallEncoderFolder = (): string =>
  encoderFolder('small', averagingEncoder(SIDE, SQUARE), 3 * (SIDE / SQUARE) ** 2);

/** A folder with an encoder that anyone can deceive: it sees one of those squares, in the corner at the top left. */
export const cornerEncoderFolder = (): string => encoderFolder('corner', cornerEncoder(SIDE, SQUARE), 3);

function encoderFolder(name: string, graph: Buffer, dim: number): string {
  const run = process.env['VITRINE_TEST_VECTORS'];
  if (run === undefined) throw new Error('VITRINE_TEST_VECTORS is not set: run tests with npm test');
  const folder = join(run, name);
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name,
    version: '1.0.0',
    input: {
      name: 'pixels',
      size: SIDE,
      layout: 'NCHW',
      dtype: 'float32',
      color: 'RGB',
      scale: '1/255',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    },
    outputs: [{ name: 'embedding', dim }],
    files: { 'model.onnx': { sha256: createHash('sha256').update(graph).digest('hex') } },
  };
  write(join(folder, 'model.onnx'), graph);
  write(join(folder, 'model.json'), JSON.stringify(manifest));
  return folder;
}

/** Atomic, because a program of another test file may be reading it. */
function write(file: string, content: string | Buffer): void {
  const draft = `${file}-${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

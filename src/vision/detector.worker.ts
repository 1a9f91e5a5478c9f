/** A thread with a detector's session. It receives batches of pixel squares and returns the boxes in each. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import { readDetections, suppressOverlaps, type RawDetection } from './detections.js';
import { DETECTOR_REMEDY, detectorManifest } from './detector.manifest.js';
import { fillTensor } from './tensor.js';

/** The same as an encoder's thread: the event loop has priority. */
const NICENESS = 10;

const port = parentPort;
if (!port) throw new Error('detector.worker runs only as a worker thread.');
if (process.platform === 'linux') setPriority(0, NICENESS);

const squares = z.array(z.custom<Uint8Array>((value) => ArrayBuffer.isView(value)));
const { manifest, modelFile } = z
  .object({ manifest: detectorManifest, modelFile: z.string() })
  .parse(workerData);
const { size, name } = manifest.input;

const session = await open();
port.on('message', (message: unknown) => {
  void answer(squares.parse(message));
});
port.postMessage('ready');

async function answer(jobs: readonly Uint8Array[]): Promise<void> {
  const found: RawDetection[][] = [];
  for (const pixels of jobs) found.push(await detect(session, pixels));
  port?.postMessage(found);
}

/**
 * Opens the model and runs it once on a blank image, so that a mismatch with detector.json is reported at startup.
 */
async function open(): Promise<InferenceSession> {
  try {
    const opened = await InferenceSession.create(modelFile, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    await detect(opened, new Uint8Array(3 * size * size));
    return opened;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${modelFile} does not run as described in its detector.json: ${reason} ${DETECTOR_REMEDY}`,
      {
        cause,
      },
    );
  }
}

async function detect(model: InferenceSession, pixels: Uint8Array): Promise<RawDetection[]> {
  const tensor = new Float32Array(3 * size * size);
  fillTensor(pixels, { size, scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] }, tensor);
  const results = await model.run({ [name]: new Tensor('float32', tensor, [1, 3, size, size]) }, [
    manifest.output,
  ]);
  const output = results[manifest.output];
  if (!(output?.data instanceof Float32Array)) throw new Error(`"${manifest.output}" is not float32.`);
  const found = readDetections(output.data, output.dims, manifest.labels.length, manifest.confidence);
  return suppressOverlaps(found, manifest.overlap);
}

/**
 * A thread with one onnxruntime session, because `run()` of onnxruntime-node blocks the calling thread. Receives
 * batches of {@link EncodeJob} and returns the {@link EncodedImage} of each.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { colorDescriptor } from './color-descriptor.js';
import { joinColor } from './color-share.js';
import { ENCODER_REMEDY, encoderManifest } from './encoder-manifest.js';
import { encodeJobs, type EncodedImage, type EncodeJob } from './encoder.protocol.js';
import { fillTensor, normalize, pool } from './tensor.js';

/**
 * On Linux, a priority belongs to a thread: encoding then yields its core at once when the event loop wakes. On other
 * systems, it would slow the whole process.
 */
const NICENESS = 10;

const port = parentPort;
if (!port) throw new Error('encoder.worker runs only as a worker thread.');
// A process of lower priority stays below.
if (process.platform === 'linux' && getPriority() < NICENESS) setPriority(0, NICENESS);

const manifest = encoderManifest.parse(workerData);
const session = await open();
port.on('message', (message: unknown) => {
  void answer(encodeJobs.parse(message));
});
port.postMessage('ready');

async function answer(jobs: readonly EncodeJob[]): Promise<void> {
  const images = await run(session, jobs);
  port?.postMessage(
    images,
    images.flatMap(({ numbers, suspicion }) => [numbers.buffer, ...(suspicion ? [suspicion.buffer] : [])]),
  );
}

/** Opens the model, compares its inputs and outputs with the manifest, and warms it up. */
async function open(): Promise<InferenceSession> {
  const { modelFile, input, grid } = manifest;
  try {
    const opened = await InferenceSession.create(modelFile, {
      // Threads inside one image would compete with the other workers and with the event loop.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const pixels = new Uint8Array(3 * input.size * input.size);
    const whole = { left: 0, top: 0, width: input.size, height: input.size };
    await run(opened, [{ pixels, part: whole }]);
    if (grid) await run(opened, [{ pixels, part: null }]);
    return opened;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${modelFile} does not run as described beside it: ${reason} ${ENCODER_REMEDY}`, {
      cause,
    });
  }
}

/** The results of the jobs, in their order. */
async function run(model: InferenceSession, jobs: readonly EncodeJob[]): Promise<EncodedImage[]> {
  const { input, output, grid, patches, suspicion, embeddingDimension: dimension } = manifest;
  const numbers = 3 * input.size * input.size;
  const batch = new Float32Array(jobs.length * numbers);
  jobs.forEach(({ pixels }, index) => {
    fillTensor(pixels, input, batch.subarray(index * numbers, (index + 1) * numbers));
  });
  const asksForCells = jobs.some(({ part }) => part === null);
  const outputs = new Set([
    output.name,
    ...(asksForCells && patches ? [patches.name] : []),
    ...(suspicion ? [suspicion.name] : []),
  ]);
  const results = await model.run(
    { [input.name]: new Tensor('float32', batch, [jobs.length, 3, input.size, input.size]) },
    [...outputs],
  );
  const ofImage = output.tokens * dimension;
  const tokens = numbersOf(output.name, results[output.name], jobs.length * ofImage);
  const ofCells = (grid?.rows ?? 0) * (grid?.columns ?? 0) * (patches?.dimension ?? 0);
  const skipped = (patches?.skip ?? 0) * (patches?.dimension ?? 0);
  const perImage = skipped + ofCells;
  const cells =
    asksForCells && patches
      ? numbersOf(patches.name, results[patches.name], jobs.length * perImage)
      : new Float32Array();
  const suspicions =
    suspicion && numbersOf(suspicion.name, results[suspicion.name], jobs.length * suspicion.dimension);
  return jobs.map(({ pixels, part }, index) => {
    if (part === null) {
      const numbers = cells.slice(index * perImage + skipped, (index + 1) * perImage);
      return { numbers, suspicion: null };
    }
    const own = tokens.slice(index * ofImage, (index + 1) * ofImage);
    return {
      numbers: joinColor(normalize(pool(own, output, dimension)), colorDescriptor(pixels, input.size, part)),
      suspicion: suspicions
        ? suspicions.slice(index * suspicion.dimension, (index + 1) * suspicion.dimension)
        : null,
    };
  });
}

function numbersOf(output: string, tensor: Tensor | undefined, expected: number): Float32Array {
  const data = tensor?.data;
  if (!(data instanceof Float32Array) || data.length !== expected) {
    throw new Error(`"${output}" has ${data?.length} numbers where the description says ${expected}.`);
  }
  return data;
}

/**
 * A thread with the tokenizer and the onnxruntime session of a text tower. Receives batches of texts and returns the
 * embedding of each.
 */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import { EncoderFolderError, encoderManifest } from './encoder-manifest.js';
import { openTokenizer, type Tokens } from './hugging-face/tokenizer.js';
import { normalize } from './tensor.js';

/** See encoder.worker.ts. */
const NICENESS = 10;

const port = parentPort;
if (!port) throw new Error('text-tower.worker runs only as a worker thread.');
if (process.platform === 'linux') setPriority(0, NICENESS);

const tower = encoderManifest.shape.text.unwrap().parse(workerData);
const tokenize = await openTokenizer(tower);
const session = await open();
port.on('message', (message: unknown) => {
  void answer(z.array(z.string()).parse(message));
});
port.postMessage('ready');

async function answer(texts: readonly string[]): Promise<void> {
  const vectors: Float32Array<ArrayBuffer>[] = [];
  for (const text of texts) vectors.push(await run(session, tokenize(text)));
  port?.postMessage(
    vectors,
    vectors.map(({ buffer }) => buffer),
  );
}

/** Opens the model and compares its inputs and outputs with the manifest. */
async function open(): Promise<InferenceSession> {
  try {
    const opened = await InferenceSession.create(tower.modelFile, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    await run(opened, tokenize('a dress'));
    return opened;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EncoderFolderError(
      { file: tower.modelFile, problem: `does not embed texts: ${reason}` },
      { cause },
    );
  }
}

async function run(model: InferenceSession, tokens: Tokens): Promise<Float32Array<ArrayBuffer>> {
  const inputs = model.inputMetadata.map((input) => [input.name, toTensor(input, tokens)] as const);
  const output = tower.outputs.find((name) => model.outputNames.includes(name));
  if (output === undefined)
    throw new Error(
      `it has the outputs ${model.outputNames.join(', ')}; one must be ${tower.outputs.join(' or ')}.`,
    );
  const results = await model.run(Object.fromEntries(inputs), [output]);
  const data = results[output]?.data;
  if (!(data instanceof Float32Array) || data.length !== tower.dimension)
    throw new Error(
      `"${output}" has ${data?.length} numbers, and the embedding of an image has ${tower.dimension}.`,
    );
  return normalize(data.slice());
}

function toTensor(input: InferenceSession.ValueMetadata, { ids, mask }: Tokens): Tensor {
  const numbers = { input_ids: ids, attention_mask: mask }[input.name];
  if (numbers === undefined || !input.isTensor)
    throw new Error(`it has the input "${input.name}"; only input_ids and attention_mask are known.`);
  const shape = [1, numbers.length];
  if (input.type === 'int32') return new Tensor('int32', Int32Array.from(numbers), shape);
  return new Tensor('int64', BigInt64Array.from(numbers, BigInt), shape);
}

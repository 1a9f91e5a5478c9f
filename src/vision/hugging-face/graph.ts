import { fork } from 'node:child_process';
import { once } from 'node:events';
import { EncoderFolderError } from '../encoder-manifest.js';
import { within } from '../../platform/within.js';
import { graphAnswer, type GraphFacts } from './graph.protocol.js';

/** Large graphs take tens of seconds to load; after this, a file system or the runtime hangs. */
const INSPECTION_MS = 5 * 60_000;

/**
 * What a graph takes, and what it returns for an image of `size` pixels.
 * @throws EncoderFolderError when it cannot be opened
 */
export async function inspectGraph(file: string, size: number): Promise<GraphFacts> {
  const child = fork(new URL('../../../dist/vision/hugging-face/graph.process.js', import.meta.url), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Otherwise, the flags of this process: a loader of TypeScript, for example.
    execArgv: [],
    env: {},
  });
  try {
    const ended = once(child, 'exit').then(([code]) => ({
      failed: `its process ended with code ${String(code)}`,
    }));
    const answered = once(child, 'message').then(([message]) => graphAnswer.parse(message));
    child.send({ file, size });
    const answer = await within(Promise.race([answered, ended]), INSPECTION_MS).catch((error: unknown) => ({
      failed: error instanceof Error ? error.message : String(error),
    }));
    if (!('failed' in answer)) return answer;
    throw new EncoderFolderError({
      file,
      problem: `cannot be opened: ${answer.failed}.`,
      remedy:
        'Copy it again; a graph whose weights are in a second file (model.onnx_data) needs that file beside it, under its own name.',
    });
  } finally {
    child.kill();
  }
}

/**
 * A process that opens a graph to see what it takes and returns. A process, because a model takes hundreds of megabytes,
 * which onnxruntime gives back to its process but not to the system.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { graphQuestion, type GraphFacts, type graphAnswer } from './graph.protocol.js';
import type { z } from 'zod';

process.on('disconnect', () => process.exit());
process.on('message', (message: unknown) => {
  const { file, size } = graphQuestion.parse(message);
  void inspect(file, size)
    .catch((error: unknown): z.infer<typeof graphAnswer> => ({
      failed: error instanceof Error ? error.message : String(error),
    }))
    .then((answer) => process.send?.(answer));
});

async function inspect(file: string, size: number): Promise<GraphFacts> {
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'disabled' });
  const inputs = session.inputMetadata.map((input) => ({
    name: input.name,
    type: input.isTensor ? input.type : 'none',
    shape: input.isTensor ? [...input.shape] : [],
  }));
  const [image, ...others] = inputs;
  const isOfImages =
    image?.type === 'float32' &&
    others.length === 0 &&
    image.shape.length === 4 &&
    accepts(image.shape, size);
  const results = isOfImages
    ? await session.run({
        [image.name]: new Tensor('float32', new Float32Array(3 * size * size), [1, 3, size, size]),
      })
    : null;
  return {
    inputs,
    outputs: session.outputMetadata.map(({ name, ...output }) => ({
      name,
      type: 'type' in output ? output.type : 'none',
      dims: results === null ? null : [...(results[name]?.dims ?? [])],
    })),
  };
}

function accepts(shape: readonly (number | string)[], size: number): boolean {
  return [1, 3, size, size].every((side, i) => typeof shape[i] === 'string' || shape[i] === side);
}

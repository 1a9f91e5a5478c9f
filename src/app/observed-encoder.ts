import type { Meter } from '../graph/meter.js';
import { traced } from '../platform/tracing.js';
import type { Encoder, Scene, Sight } from '../vision/encoder.js';

/** The same encoder, whose work is timed and part of traces. */
export function observedEncoder<E extends Encoder>(encoder: E, meter: Pick<Meter, 'encoded'>): E {
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await traced(name, work);
    meter.encoded((performance.now() - startedAt) / 1000);
    return result;
  };
  const observedScene = (scene: Scene): Scene => ({
    ...scene,
    encode: (boxes, signal) => timed('encoder.encodeParts', () => scene.encode(boxes, signal)),
    cells: () => timed('encoder.cells', () => scene.cells()),
  });
  const observedSight = (sight: Sight): Sight => ({
    ...sight,
    encode: (signal) => timed('encoder.encode', () => sight.encode(signal)),
  });
  const { embedText, consensus } = encoder;
  return {
    ...encoder,
    embedText: embedText && ((text, signal) => traced('encoder.text', () => embedText(text, signal))),
    consensus:
      consensus &&
      ((vector, image, box, signal) =>
        timed('encoder.consensus', () => consensus(vector, image, box, signal))),
    encode: (image, box, signal) => timed('encoder.encode', () => encoder.encode(image, box, signal)),
    see: async (image, signal) =>
      observedSight(await traced('encoder.see', () => encoder.see(image, signal))),
    open: async (image) => observedScene(await traced('encoder.open', () => encoder.open(image))),
  };
}

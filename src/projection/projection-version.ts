import { codeDigest } from '../platform/code-digest.js';

/** Tells whether points were projected as the code that runs does it. */
export const projectionVersion = (): Promise<string> =>
  codeDigest(
    new URL('./', import.meta.url),
    new URL('../catalog/option-parts', import.meta.url),
    new URL('../graph/text', import.meta.url),
    new URL('../images/shown-options', import.meta.url),
  );

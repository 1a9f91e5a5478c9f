import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EncoderFolderError, type TextTower } from '../encoder-manifest.js';
import { findGraph } from './files.js';
import { readJson } from './read-json.js';

/** Texts of shoppers have at most 200 characters; a larger number in a file stands for "any". */
const MAX_TOKENS = 1_024;

/** How the text towers of a family of models read texts. */
interface TextFamily {
  readonly outputs: readonly string[];
  /** Tokens of a text, unless the files say otherwise. */
  readonly length: number;
  readonly isPadded: boolean;
}
const FAMILIES: Readonly<Record<string, TextFamily>> = {
  clip: { outputs: ['text_embeds'], length: 77, isPadded: false },
  // Trained without a mask on texts of 64 tokens, the last of which is read: other lengths give other embeddings.
  siglip: { outputs: ['text_embeds', 'pooler_output'], length: 64, isPadded: true },
};

const configSchema = z.looseObject({
  text_config: z.looseObject({ max_position_embeddings: z.int().positive().nullish() }).nullish(),
});
const settingsSchema = z.looseObject({
  tokenizer_class: z.string().nullish(),
  model_max_length: z.number().positive().nullish(),
});

/**
 * The text tower beside the tower of images; undefined when there is none.
 * @throws EncoderFolderError when it lacks a file, or its model type is unknown
 */
export async function readTextTower(
  folder: string,
  modelType: string,
  dimension: number,
): Promise<TextTower | undefined> {
  const modelFile = await findGraph(folder, ['text_model']);
  if (modelFile === null) return undefined;
  const family = FAMILIES[modelType];
  if (family === undefined)
    throw new EncoderFolderError({
      file: join(folder, 'config.json'),
      field: 'model_type',
      problem: `is ${modelType}, whose text tower is not supported.`,
      remedy: `Remove ${modelFile} to search images only.`,
    });
  const tokenizerFile = join(folder, 'tokenizer.json');
  await access(tokenizerFile).catch((cause: unknown) => {
    throw new EncoderFolderError(
      {
        file: tokenizerFile,
        problem: 'cannot be read.',
        remedy: `Copy it from the checkpoint, or remove ${modelFile} to search images only.`,
      },
      { cause },
    );
  });
  const { text_config: config } = await readJson(join(folder, 'config.json'), configSchema);
  const tokenizerSettingsFile = join(folder, 'tokenizer_config.json');
  const settings = await readJson(tokenizerSettingsFile, settingsSchema);
  const limits = [config?.max_position_embeddings, settings.model_max_length].flatMap((limit) =>
    limit != null && limit <= MAX_TOKENS ? limit : [],
  );
  return {
    modelFile,
    tokenizerFile,
    tokenizerSettingsFile,
    outputs: [...family.outputs],
    dimension,
    length: limits.length === 0 ? family.length : Math.min(...limits),
    isPadded: family.isPadded,
    cleaning: cleaningOf(modelType, settings.tokenizer_class ?? ''),
  };
}

/** SigLIP knows words in lowercase without punctuation, and SigLIP 2 in lowercase. CLIP's tokenizer does all itself. */
function cleaningOf(modelType: string, tokenizerClass: string): TextTower['cleaning'] {
  if (modelType !== 'siglip') return 'none';
  return /^(Gemma|Siglip2)/.test(tokenizerClass) ? 'lowercase' : 'words';
}

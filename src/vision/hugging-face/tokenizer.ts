import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { EncoderFolderError, type TextTower } from '../encoder-manifest.js';
import { readJson } from './read-json.js';

/** The input of a text tower: ids of tokens, and 1 for each that it attends to. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly mask: readonly number[];
}

const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
const settingsSchema = z.looseObject({
  pad_token: token.nullish(),
  padding_side: z.enum(['left', 'right']).nullish(),
});

/** ASCII punctuation, as Python's string.punctuation. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/**
 * Opens the tokenizer of a text tower.
 * @throws EncoderFolderError when its files are missing or damaged
 */
export async function openTokenizer({
  tokenizerFile,
  tokenizerSettingsFile,
  length,
  isPadded,
  cleaning,
}: Pick<TextTower, 'tokenizerFile' | 'tokenizerSettingsFile' | 'length' | 'isPadded' | 'cleaning'>): Promise<
  (text: string) => Tokens
> {
  const file = tokenizerSettingsFile;
  const settings = await readJson(file, settingsSchema);
  const tokenizer = await read(tokenizerFile, settings);
  const padId = settings.pad_token == null ? undefined : tokenizer.token_to_id(settings.pad_token);
  if (isPadded && padId === undefined)
    throw new EncoderFolderError({
      file,
      field: 'pad_token',
      problem: 'is missing or not a token of tokenizer.json, and this model reads the padding.',
      remedy: 'Copy the file from the checkpoint again.',
    });

  return (text) => {
    const ids = cut(tokenizer, clean(text, cleaning), length);
    const missing = isPadded && padId !== undefined ? length - ids.length : 0;
    const padding = Array.from({ length: missing }, () => padId ?? 0);
    return {
      ids: settings.padding_side === 'left' ? [...padding, ...ids] : [...ids, ...padding],
      // Such models were trained without a mask.
      mask: Array.from({ length: ids.length + missing }, () => 1),
    };
  };
}

/** Removes what the tokenizers in Python remove in code, so that their tokenizer.json may or may not say it. */
function clean(text: string, cleaning: TextTower['cleaning']): string {
  if (cleaning === 'none') return text;
  const lower = text.toLowerCase();
  return cleaning === 'lowercase' ? lower : lower.replace(PUNCTUATION, '').replace(/\s+/g, ' ').trim();
}

/** The ids of a text, at most `length`: the tokens around it, of which models read the last one, are not cut off. */
function cut(tokenizer: Tokenizer, text: string, length: number): readonly number[] {
  const { ids } = tokenizer.encode(text);
  if (ids.length <= length) return ids;
  const bare = tokenizer.encode(text, { add_special_tokens: false }).ids;
  const before = Math.max(
    0,
    ids.findIndex((_, start) => bare.every((id, i) => ids[start + i] === id)),
  );
  const kept = length - (ids.length - bare.length);
  return [...ids.slice(0, before + kept), ...ids.slice(before + bare.length)];
}

async function read(file: string, settings: object): Promise<Tokenizer> {
  try {
    return new Tokenizer(
      z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8'))),
      settings,
    );
  } catch (cause) {
    throw new EncoderFolderError(
      {
        file,
        problem: `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
        remedy:
          'A model with text_model.onnx needs the tokenizer.json of its checkpoint; remove text_model.onnx to search images only.',
      },
      { cause },
    );
  }
}

import { z } from 'zod';
import { EncoderFolderError, type EncoderInput } from '../encoder-manifest.js';
import type { Framing } from '../framing.js';
import { readJson } from './read-json.js';

/** As for the encoders of this project: the smallest that a network sees something in, and the largest that is useful. */
const MIN_SIDE = 16;
const MAX_SIDE = 1024;

const side = z.int().min(1).max(MAX_SIDE);
const square = z.object({ height: side, width: side });
const positive = z.number().positive();

const schema = z.looseObject({
  image_processor_type: z.string().nullish(),
  /** The name of the same field until 2023. */
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: z
    .union([side, z.strictObject({ height: side, width: side }), z.strictObject({ shortest_edge: side })])
    .nullish(),
  resample: z.int().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.union([side, square]).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: positive.nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: z.tuple([z.number(), z.number(), z.number()]).nullish(),
  image_std: z.tuple([positive, positive, positive]).nullish(),
});
type Preprocessor = z.infer<typeof schema>;

/** What an image processor of transformers does where its file says nothing. */
interface Defaults {
  /** Whether a `size` that is a number is the side of a square, or else the shorter side. */
  readonly isSquare: boolean;
  readonly doCenterCrop: boolean;
  readonly resample: number;
}
const DEFAULTS: Readonly<Record<string, Defaults>> = {
  CLIP: { isSquare: false, doCenterCrop: true, resample: 3 },
  Bit: { isSquare: false, doCenterCrop: true, resample: 3 },
  Siglip: { isSquare: true, doCenterCrop: false, resample: 3 },
  ViT: { isSquare: true, doCenterCrop: false, resample: 2 },
  DINOv3ViT: { isSquare: true, doCenterCrop: false, resample: 2 },
};

/** Processors that do more to an image than any field of their file says. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['Siglip2', 'ConvNext', 'EfficientNet', 'Perceiver']);
/** Fields that ask for more, unless they are false. */
const UNSUPPORTED_FIELDS = [
  'do_pad',
  'do_thumbnail',
  'do_align_long_axis',
  'do_flip_channel_order',
  'rescale_offset',
  'crop_pct',
];

/** Pillow's numbers for kernels, as far as libvips has them. */
const KERNELS: Readonly<Record<number, Framing['kernel']>> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};

/**
 * How images become the input of a model, from its preprocessor_config.json.
 * @throws EncoderFolderError naming the field that is missing, or that asks for what is not supported
 */
export async function readPreprocessor(file: string): Promise<Omit<EncoderInput, 'name'>> {
  const config = await readJson(file, schema);
  const type = config.image_processor_type ?? config.feature_extractor_type ?? '';
  const family = type.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, '');
  if (UNSUPPORTED.has(family))
    throw new EncoderFolderError({
      file,
      field: 'image_processor_type',
      problem: `is ${type}, which cuts images in ways that are not supported.`,
      remedy: 'Use a checkpoint with a fixed size: of SigLIP 2, for example siglip2-base-patch16-224.',
    });
  for (const field of UNSUPPORTED_FIELDS) {
    const value = config[field];
    if (value !== undefined && value !== null && value !== false)
      throw new EncoderFolderError({ file, field, problem: 'is not supported.', remedy: SET_BY_HAND });
  }
  const framed = readFraming(file, config, DEFAULTS[family]);
  if (framed.size < MIN_SIDE)
    throw new EncoderFolderError({
      file,
      field: 'size',
      problem: `is below ${MIN_SIDE}.`,
      remedy: SET_BY_HAND,
    });
  const isNormalized = config.do_normalize !== false;
  return {
    ...framed,
    scale: config.do_rescale === false ? 1 : (config.rescale_factor ?? 1 / 255),
    mean: isNormalized ? required(file, config, 'image_mean') : [0, 0, 0],
    std: isNormalized ? required(file, config, 'image_std') : [1, 1, 1],
  };
}

const SET_BY_HAND = 'Set the field as the model was trained, if that can be said with the supported fields.';

function readFraming(
  file: string,
  config: Preprocessor,
  defaults: Defaults | undefined,
): { size: number; framing: Framing } {
  if (config.do_resize === false)
    throw new EncoderFolderError({
      file,
      field: 'do_resize',
      problem: 'is false, and images come in all sizes.',
      remedy: 'Set it to true and add the size.',
    });
  const resample = config.resample ?? defaults?.resample ?? required(file, config, 'resample');
  const kernel = KERNELS[resample];
  if (kernel === undefined)
    throw new EncoderFolderError({
      file,
      field: 'resample',
      problem: `is ${resample}, which is not supported.`,
      remedy: 'Use 0 (nearest), 1 (Lanczos), 2 (bilinear), or 3 (bicubic).',
    });
  const size = required(file, config, 'size');
  const doCrop = config.do_center_crop ?? defaults?.doCenterCrop ?? false;
  if (typeof size === 'number' && defaults === undefined)
    throw new EncoderFolderError({
      file,
      field: 'size',
      problem: 'is a number, which means another thing in each image_processor_type.',
      remedy: 'Write {"height": …, "width": …} to stretch images, or {"shortest_edge": …} to crop them.',
    });
  const resized =
    typeof size !== 'number'
      ? size
      : defaults?.isSquare === true
        ? { height: size, width: size }
        : { shortest_edge: size };
  const crop = doCrop ? sideOf(file, 'crop_size', required(file, config, 'crop_size')) : null;
  if ('shortest_edge' in resized) {
    if (crop === null)
      throw new EncoderFolderError({
        file,
        field: 'do_center_crop',
        problem: 'is false while size has only the shorter side, so that images have no common size.',
        remedy: 'Set it to true and add crop_size, or give size a height and a width.',
      });
    if (crop > resized.shortest_edge)
      throw new EncoderFolderError({
        file,
        field: 'crop_size',
        problem: `is ${crop}, above the shorter side of ${resized.shortest_edge}.`,
        remedy: SET_BY_HAND,
      });
    return { size: crop, framing: { fit: 'crop', kernel, shorterSide: resized.shortest_edge } };
  }
  const stretched = sideOf(file, 'size', resized);
  if (crop !== null && crop !== stretched)
    throw new EncoderFolderError({
      file,
      field: 'crop_size',
      problem: `is ${crop} after images are stretched to ${stretched}, which is not supported.`,
      remedy: 'Give size a shortest_edge, or set do_center_crop to false.',
    });
  return { size: stretched, framing: { fit: 'stretch', kernel } };
}

function sideOf(file: string, field: string, size: number | { height: number; width: number }): number {
  if (typeof size === 'number') return size;
  if (size.height === size.width) return size.height;
  throw new EncoderFolderError({
    file,
    field,
    problem: `is ${size.width} × ${size.height}; only squares are supported.`,
  });
}

/** A field that is there. @throws EncoderFolderError when it is not */
function required<K extends keyof Preprocessor>(
  file: string,
  config: Preprocessor,
  field: K & string,
): NonNullable<Preprocessor[K]> {
  const value = config[field];
  if (value !== undefined && value !== null) return value;
  throw new EncoderFolderError({
    file,
    field,
    problem: 'is missing.',
    remedy: 'Copy the file from the checkpoint again, or add the field as the model was trained.',
  });
}

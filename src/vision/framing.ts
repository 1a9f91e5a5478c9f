import { z } from 'zod';

const kernel = z.enum(['nearest', 'linear', 'cubic', 'lanczos3']);

/**
 * How an image is fit into the square that a model sees: centered on white, its longer side as long as the square's
 * (`pad`); stretched to the square (`stretch`); or its shorter side resized to `shorterSide` and the middle cut out
 * (`crop`). The kernels are those of libvips; `cubic` (a = -0.5) and `linear` are Pillow's bicubic and bilinear.
 */
export const framing = z.discriminatedUnion('fit', [
  z.object({ fit: z.literal('pad'), kernel }),
  z.object({ fit: z.literal('stretch'), kernel }),
  z.object({
    fit: z.literal('crop'),
    kernel,
    /** At least the side of the square, so that the image covers it. */
    shorterSide: z.number(),
  }),
]);
export type Framing = z.infer<typeof framing>;

/** A square of `size` pixels, and how images become it. */
export const frame = z.object({ size: z.number(), framing });
export type Frame = z.infer<typeof frame>;

/** How images are fit where nothing says otherwise. */
export const PAD: Framing = { fit: 'pad', kernel: 'cubic' };

interface Size {
  readonly width: number;
  readonly height: number;
}
interface Part extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * The longest image that is resized as a whole, as a multiple of its shorter side: a strip of one pixel's width would
 * otherwise become a gigabyte. The middle that is cut out of what remains is the same.
 */
const MAX_ASPECT = 4;

/**
 * The steps of `crop`: the part of the image that is read, its size after it is resized, and the square that is cut
 * out of that. Rounded down as in transformers' image processors.
 */
export function cropSteps(
  image: Size,
  size: number,
  shorterSide: number,
): { readonly read: Part; readonly resized: Size; readonly cut: Part } {
  const longest = MAX_ASPECT * Math.min(image.width, image.height);
  const width = Math.min(image.width, longest);
  const height = Math.min(image.height, longest);
  const shorter = Math.min(width, height);
  const resized = {
    width: Math.floor((shorterSide * width) / shorter),
    height: Math.floor((shorterSide * height) / shorter),
  };
  return {
    read: {
      left: Math.floor((image.width - width) / 2),
      top: Math.floor((image.height - height) / 2),
      width,
      height,
    },
    resized,
    cut: {
      left: Math.floor((resized.width - size) / 2),
      top: Math.floor((resized.height - size) / 2),
      width: size,
      height: size,
    },
  };
}

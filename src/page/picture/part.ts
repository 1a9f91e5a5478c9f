import { Failure, toFailure } from '../api/failure.js';
import type { Box } from '../place.js';
import { scaleDown } from './scale.js';
import { upload } from './upload.js';

/** The ids of parts that were uploaded, which are pictures of their own. */
const uploaded = new Map<string, string>();
const keyOf = (image: string, box: Box): string => `${image} ${JSON.stringify(box)}`;

/** The id of a part of a picture; null before it was uploaded on this visit. */
export const partId = (image: string, box: Box): string | null => uploaded.get(keyOf(image, box)) ?? null;

/** Uploads a part of the picture at a URL as a picture of its own; returns its id. @throws Failure */
export async function uploadPart(image: string, url: string | null, box: Box): Promise<string> {
  const known = partId(image, box);
  if (known !== null) return known;
  if (url === null) throw new Failure('OFFLINE', 'The picture is not there yet.');
  try {
    // An image, since the content security policy lets scripts read nothing but the API.
    const whole = new Image();
    whole.src = url;
    await whole.decode();
    const { naturalWidth, naturalHeight } = whole;
    const part = await createImageBitmap(
      whole,
      Math.floor(box.x * naturalWidth),
      Math.floor(box.y * naturalHeight),
      Math.max(1, Math.round(box.width * naturalWidth)),
      Math.max(1, Math.round(box.height * naturalHeight)),
    );
    const { blob } = await scaleDown(part).finally(() => part.close());
    const id = await upload(blob);
    uploaded.set(keyOf(image, box), id);
    return id;
  } catch (error) {
    throw toFailure(error);
  }
}

import { RequestError } from '../errors.js';

/** Profiles have some 20 tags. */
const MAX_TAGS = 100;
/** Steps of a transform of floating-point numbers. Those of published profiles have three or four. */
const MAX_STEPS = 16;

const HEADER_BYTES = 128;
const TAG_BYTES = 12;

/**
 * Refuses a color profile (ICC.1:2022) that makes each pixel take long. Only multiProcessElementsType lists as many steps as
 * it likes, which may all be the same bytes of the file.
 * @throws RequestError IMAGE_UNDECODABLE
 */
export function assertSimpleProfile(profile: Buffer): void {
  if (profile.length < HEADER_BYTES + 4) return;
  const tags = profile.readUInt32BE(HEADER_BYTES);
  if (tags > MAX_TAGS) throw tooComplex();
  for (let i = 0; i < tags; i += 1) {
    const tag = HEADER_BYTES + 4 + i * TAG_BYTES;
    if (tag + TAG_BYTES > profile.length) return;
    const at = profile.readUInt32BE(tag + 4);
    if (at + 16 > profile.length || profile.toString('latin1', at, at + 4) !== 'mpet') continue;
    if (profile.readUInt32BE(at + 12) > MAX_STEPS) throw tooComplex();
  }
}

const tooComplex = (): RequestError =>
  new RequestError(
    'IMAGE_UNDECODABLE',
    'The color profile of the image is damaged or too complex; save the image again with an image editor, as sRGB.',
  );

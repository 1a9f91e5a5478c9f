import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { pictureOf, toDataUrl } from '../../src/audit/picture.js';
import { PAD, type Framing } from '../../src/vision/framing.js';

const drawn = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();

const CROP: Framing = { fit: 'crop', kernel: 'cubic', shorterSide: 256 };
const STRETCH: Framing = { fit: 'stretch', kernel: 'cubic' };

test.each([
  ['the longer side is that of the square', 400, 600, PAD, 149, 224],
  ['so it is when the square is stretched', 400, 600, STRETCH, 149, 224],
  ['with a middle that is cut out, the shorter side is what the model reads', 400, 600, CROP, 256, 384],
  ['a small picture is not enlarged', 40, 60, PAD, 40, 60],
  ['nor is it to be cut', 40, 60, CROP, 40, 60],
  ['a strip keeps a pixel', 2_000, 2, PAD, 224, 1],
])('%s', async (_, width, height, framing, shownWidth, shownHeight) => {
  const picture = await pictureOf(await drawn(width, height), { size: 224, framing });
  expect([picture.width, picture.height]).toEqual([shownWidth, shownHeight]);
  expect(picture.pixels).toHaveLength(3 * shownWidth * shownHeight);
  expect(await toDataUrl(picture)).toMatch(/^data:image\/webp;base64,[\w+/=]+$/);
});

import { thumbHashToRGBA } from 'thumbhash';

/** More than are on a screen and around it. */
const KEPT = 200;
const kept = new Map<string, string>();

/** The blurred picture that a ThumbHash in base64 stands for, as a data URL. Each is decoded once while it is near. */
export function toDataUrl(thumbhash: string): string {
  const known = kept.get(thumbhash);
  if (known !== undefined) return known;
  const url = decoded(thumbhash);
  kept.set(thumbhash, url);
  for (const [oldest] of kept) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return url;
}

/** A blur has no more detail than fits in a quarter of its pixels. */
const EACH = 4;
const HEADER_BYTES = 54;

/** As an uncompressed bitmap: to write a PNG takes a phone longer than to render the tile around it. */
function decoded(thumbhash: string): string {
  const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0)));
  const width = Math.ceil(w / EACH);
  const height = Math.ceil(h / EACH);
  // Rows are whole numbers of four bytes.
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(HEADER_BYTES + stride * height);
  const header = new DataView(bytes.buffer);
  header.setUint16(0, 0x424d);
  header.setUint32(2, bytes.length, true);
  header.setUint32(10, HEADER_BYTES, true);
  header.setUint32(14, HEADER_BYTES - 14, true);
  header.setInt32(18, width, true);
  // Negative: the top row is the first.
  header.setInt32(22, -height, true);
  header.setUint16(26, 1, true);
  header.setUint16(28, 24, true);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (Math.min(h - 1, y * EACH + EACH / 2) * w + Math.min(w - 1, x * EACH + EACH / 2)) * 4;
      const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(from, from + 4);
      const onWhite = (value: number): number => (value * alpha) / 255 + 255 - alpha;
      bytes.set([onWhite(blue), onWhite(green), onWhite(red)], HEADER_BYTES + y * stride + x * 3);
    }
  }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`;
}

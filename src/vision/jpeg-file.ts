import { partCounter } from './file-parts.js';

/** Encoders write 10 scans, and 18 for CMYK. A decoder goes over the whole picture for each scan, however short. */
export const MAX_JPEG_SCANS = 32;

const MARKER = 0xff;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
/** Markers without a length: those of this range, and TEM. */
const [FIRST_BARE, LAST_BARE, TEMPORARY] = [0xd0, 0xd8, 0x01];

const isBare = (marker: number): boolean =>
  (marker >= FIRST_BARE && marker <= LAST_BARE) || marker === TEMPORARY;

/** Where the picture ends (null if it does not end), and in how many scans it is written. */
export function readJpegFile(file: Buffer): { end: number | null; scans: number } {
  let scans = 0;
  let at = 0;
  const countPart = partCounter();
  while ((at = file.indexOf(MARKER, at)) !== -1) {
    countPart();
    const marker = file[at + 1];
    if (marker === undefined) break;
    if (marker === END_OF_IMAGE) return { end: at + 2, scans };
    // Within a scan, a byte that looks like a marker is followed by zero. A marker may be padded with its first byte.
    if (marker === 0 || isBare(marker)) at += 2;
    else if (marker === MARKER) at += 1;
    else {
      if (marker === START_OF_SCAN) scans += 1;
      if (at + 4 > file.length) break;
      at += 2 + file.readUInt16BE(at + 2);
    }
  }
  return { end: null, scans };
}

import { partCounter } from './file-parts.js';

/**
 * Boxes that make up a picture; anything after the last of them is not part of the picture. Other boxes may be
 * between them: Content Credentials are a `uuid` box before `meta`.
 */
const PICTURE_BOXES: ReadonlySet<string> = new Set([
  'ftyp',
  'meta',
  'mdat',
  'free',
  'skip',
  'moov',
  'moof',
  'mfra',
]);

/** Items that refer to other items, possibly many times: the same part could be decoded thousands of times. */
const DERIVED_ITEMS: ReadonlySet<string> = new Set(['grid', 'iovl', 'iden']);

const OBU_FRAME_HEADER = 3;
const OBU_FRAME = 6;

interface IsoBox {
  readonly type: string;
  readonly body: Buffer;
  /** Offset in the buffer that was read. */
  readonly end: number;
}

function* boxesOf(bytes: Buffer): Generator<IsoBox> {
  const countPart = partCounter();
  for (let at = 0; at + 8 <= bytes.length;) {
    countPart();
    const short = bytes.readUInt32BE(at);
    const header = short === 1 ? 16 : 8;
    if (at + header > bytes.length) return;
    const size =
      short === 0 ? bytes.length - at : short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short;
    if (size < header || at + size > bytes.length) return;
    yield {
      type: bytes.toString('latin1', at + 4, at + 8),
      body: bytes.subarray(at + header, at + size),
      end: at + size,
    };
    at += size;
  }
}

const find = (bytes: Buffer, type: string): Buffer | null => {
  for (const box of boxesOf(bytes)) if (box.type === type) return box.body;
  return null;
};

/** Where the picture ends, in bytes of the file; null when the boxes end without an index of a picture. */
export function endOfAvif(file: Buffer): number | null {
  let [end, hasIndex] = [0, false];
  for (const { type, end: endOfBox } of boxesOf(file)) {
    // Another file follows.
    if (type === 'ftyp' && end > 0) break;
    if (!PICTURE_BOXES.has(type)) continue;
    end = endOfBox;
    hasIndex ||= type === 'meta';
  }
  return hasIndex ? end : null;
}

/**
 * Whether each picture of the file is one frame. To show the last frame, a decoder goes through all frames of an
 * item, and through all parts of a composed item: a file of a few kilobytes could have thousands.
 */
export function isOneFrame(file: Buffer): boolean {
  try {
    // The content after the version and flags of a full box.
    const meta = find(file, 'meta')?.subarray(4);
    if (meta === undefined) return false;
    const pictures = picturesOf(find(meta, 'iinf'));
    const idat = find(meta, 'idat');
    return (
      pictures !== null &&
      extentsOf(find(meta, 'iloc')).every(({ id, offset, length, inIdat, extents }) => {
        if (!pictures.has(id)) return true;
        const source = inIdat ? idat : file;
        if (extents !== 1 || source === null) return false;
        return framesOf(source.subarray(offset, length === 0 ? undefined : offset + length)) <= 1;
      })
    );
  } catch (error) {
    // A field extends past its box.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The ids of coded pictures; null when a picture refers to others. */
function picturesOf(iinf: Buffer | null): Set<number> | null {
  const ids = new Set<number>();
  if (iinf === null) return ids;
  for (const { type, body } of boxesOf(iinf.subarray(iinf.readUInt8(0) === 0 ? 6 : 8))) {
    if (type !== 'infe') continue;
    const isWide = body.readUInt8(0) === 3;
    const kind = body.toString('latin1', isWide ? 10 : 8, isWide ? 14 : 12);
    if (DERIVED_ITEMS.has(kind)) return null;
    if (kind === 'av01') ids.add(isWide ? body.readUInt32BE(4) : body.readUInt16BE(4));
  }
  return ids;
}

interface Extent {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  readonly inIdat: boolean;
  readonly extents: number;
}

/** The last extent of each item of an `iloc` box (ISO/IEC 14496-12, 8.11.3). */
function extentsOf(iloc: Buffer | null): Extent[] {
  if (iloc === null) return [];
  let at = 4;
  const read = (size: number): number => {
    if (size === 0) return 0;
    at += size;
    return size === 8 ? Number(iloc.readBigUInt64BE(at - 8)) : iloc.readUIntBE(at - size, size);
  };
  const version = iloc.readUInt8(0);
  const [sizes, more] = [read(1), read(1)];
  const [offsetSize, lengthSize, baseSize] = [sizes >> 4, sizes & 15, more >> 4];
  const indexSize = version === 0 ? 0 : more & 15;
  const count = read(version < 2 ? 2 : 4);
  const items: Extent[] = [];
  for (let item = 0; item < count; item += 1) {
    const id = read(version < 2 ? 2 : 4);
    const inIdat = version > 0 && (read(2) & 15) === 1;
    read(2);
    const base = read(baseSize);
    const extents = read(2);
    let [offset, length] = [0, 0];
    for (let extent = 0; extent < extents; extent += 1) {
      read(indexSize);
      [offset, length] = [base + read(offsetSize), read(lengthSize)];
    }
    items.push({ id, offset, length, inIdat, extents });
  }
  return items;
}

/** Counts the frames of AV1 data in the low-overhead format (AV1 specification, 5.3). */
function framesOf(data: Buffer): number {
  let frames = 0;
  const countPart = partCounter();
  for (let at = 0; at < data.length;) {
    countPart();
    const header = data.readUInt8(at);
    const type = (header >> 3) & 15;
    const [hasExtension, hasSize] = [(header & 4) !== 0, (header & 2) !== 0];
    at += hasExtension ? 2 : 1;
    if (type === OBU_FRAME || type === OBU_FRAME_HEADER) frames += 1;
    if (!hasSize) break;
    let size = 0;
    for (let group = 0; group < 8; group += 1) {
      const byte = data.readUInt8(at);
      at += 1;
      size += (byte & 127) * 2 ** (7 * group);
      if (byte < 128) break;
    }
    at += size;
  }
  return frames;
}

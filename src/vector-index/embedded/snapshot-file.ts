import { open, type FileHandle } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { packedImages, type PackedPoints } from './protocol.js';
import { snapshotHeader, type SnapshotHeader } from './snapshot-header.js';

// A snapshot is a header, frames of points, and an end. Each has a checksum, so a file that is damaged or incomplete
// is not taken for a whole one.

/** Lengths of the two parts of a frame in bytes, and the checksum of both. */
const PREFIX_BYTES = 12;
/** Far more than a frame has: a length beyond it is damage, and must not be allocated. */
const MAX_PART_BYTES = 256 * 1024 * 1024;

/**
 * So much is flushed at once: a flush cannot be ended, and one of a whole file can take longer than a gateway has to
 * stop.
 */
const FLUSHED_BYTES = 16 * 1024 * 1024;

const snapshotEnd = z.object({ points: z.number() });

/**
 * Writes a new file and flushes it. A frame is taken from the index when its turn comes.
 * @returns the number of points. @throws Error when the file would have more than `mostBytes`
 */
export async function writeSnapshot(
  path: string,
  header: SnapshotHeader,
  frames: AsyncIterable<PackedPoints>,
  mostBytes: number,
): Promise<number> {
  const file = await open(path, 'wx');
  try {
    let points = 0;
    let bytes = 0;
    let flushedBytes = 0;
    const write = async (meta: Uint8Array, vectors = new Float32Array()): Promise<void> => {
      bytes += PREFIX_BYTES + meta.byteLength + vectors.byteLength;
      if (bytes > mostBytes)
        throw new Error(`A snapshot of the index would have more than ${mostBytes} bytes.`);
      await writeFrame(file, meta, vectors);
      if (bytes - flushedBytes < FLUSHED_BYTES) return;
      await file.datasync();
      flushedBytes = bytes;
    };
    await write(Buffer.from(JSON.stringify(header)));
    for await (const { vectors, ...images } of frames) {
      await write(serialize(images), vectors);
      points += images.imageIds.length;
    }
    await write(Buffer.from(JSON.stringify({ points })));
    await file.sync();
    return points;
  } finally {
    await file.close();
  }
}

/** The header alone. @throws Error when this is no snapshot, or one of another version */
export async function readHeader(path: string): Promise<SnapshotHeader> {
  const file = await open(path, 'r');
  try {
    return (await readStart(file)).header;
  } finally {
    await file.close();
  }
}

/** The points of the snapshot with this id, frame by frame. @throws Error when the file is another one, or damaged */
export async function* readSnapshot(path: string, id: string): AsyncGenerator<PackedPoints> {
  const file = await open(path, 'r');
  try {
    const start = await readStart(file);
    if (start.header.id !== id) throw new Error('Another snapshot has replaced this one.');
    let offset = start.end;
    let points = 0;
    for (;;) {
      const { meta, vectors, end } = await readFrame(file, offset);
      offset = end;
      if (vectors.length === 0) {
        if (snapshotEnd.parse(JSON.parse(meta.toString())).points !== points)
          throw new Error('The snapshot lacks some of its points.');
        return;
      }
      const images = packedImages.parse(deserialize(meta));
      points += images.imageIds.length;
      yield { ...images, vectors };
    }
  } finally {
    await file.close();
  }
}

async function readStart(file: FileHandle): Promise<{ header: SnapshotHeader; end: number }> {
  const { meta, end } = await readFrame(file, 0);
  return { header: snapshotHeader.parse(JSON.parse(meta.toString())), end };
}

/** The vectors first: of no bytes at all, zlib gives 0, whatever came before. */
const checksum = (meta: Uint8Array, vectors: Uint8Array): number => crc32(meta, crc32(vectors));

async function writeFrame(file: FileHandle, meta: Uint8Array, vectors: Float32Array): Promise<void> {
  const tail = Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  if (Math.max(meta.byteLength, tail.byteLength) > MAX_PART_BYTES)
    throw new Error('A part of a snapshot of the index would be longer than it may be.');
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(meta.byteLength, 0);
  prefix.writeUInt32LE(tail.byteLength, 4);
  prefix.writeUInt32LE(checksum(meta, tail), 8);
  for (const part of [prefix, meta, tail]) {
    // One call may write a part of it.
    for (let written = 0; written < part.byteLength;)
      written += (await file.write(part, written)).bytesWritten;
  }
}

async function readFrame(
  file: FileHandle,
  offset: number,
): Promise<{ meta: Buffer; vectors: Float32Array<ArrayBuffer>; end: number }> {
  const prefix = await readFully(file, Buffer.alloc(PREFIX_BYTES), offset);
  const [metaBytes, vectorBytes] = [prefix.readUInt32LE(0), prefix.readUInt32LE(4)];
  if (metaBytes > MAX_PART_BYTES || vectorBytes > MAX_PART_BYTES)
    throw new Error('The snapshot is damaged: a frame is too long.');
  const meta = await readFully(file, Buffer.alloc(metaBytes), offset + PREFIX_BYTES);
  const tail = Buffer.from(new ArrayBuffer(vectorBytes));
  await readFully(file, tail, offset + PREFIX_BYTES + metaBytes);
  if (checksum(meta, tail) !== prefix.readUInt32LE(8))
    throw new Error('The snapshot is damaged: a checksum differs.');
  const vectors = new Float32Array(tail.buffer, 0, vectorBytes / Float32Array.BYTES_PER_ELEMENT);
  return { meta, vectors, end: offset + PREFIX_BYTES + metaBytes + vectorBytes };
}

async function readFully(file: FileHandle, buffer: Buffer, offset: number): Promise<Buffer> {
  for (let read = 0; read < buffer.length;) {
    const { bytesRead } = await file.read(buffer, read, buffer.length - read, offset + read);
    if (bytesRead === 0) throw new Error('The snapshot is incomplete.');
    read += bytesRead;
  }
  return buffer;
}

/** A thread that drafts garments and writes the files of their tech packs. Receives jobs and returns the file of each. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { palette } from '../garment/color.js';
import { toDxf } from './tech-pack/dxf.js';
import { toPdf } from './tech-pack/pdf.js';
import { toSvg } from './tech-pack/svg.js';
import { type Drawn, techPack } from './tech-pack/tech-pack.js';
import { type TechPackJob, techPackJobs, type WrittenTechPack } from './tech-pack.protocol.js';

/** As that of the threads that encode: what everybody waits for comes first. */
const NICENESS = 10;

const port = parentPort;
if (!port) throw new Error('tech-pack.worker runs only as a worker thread.');
if (process.platform === 'linux') setPriority(0, NICENESS);

port.on('message', (message: unknown) => {
  const written = techPackJobs.parse(message).map(write);
  port.postMessage(
    written,
    written.flatMap(({ bytes }) => (bytes === null ? [] : [bytes.buffer])),
  );
});
port.postMessage('ready');

function write({ garment, format, figure, size }: TechPackJob): WrittenTechPack {
  const made = techPack(garment, { figure, palette });
  if (!made.available) return { reason: made.reason, sizes: [], bytes: null };
  const file = fileOf(made, format, size);
  // A copy with memory of its own, which can be handed over.
  return { reason: null, sizes: [...made.pieces.keys()], bytes: file === null ? null : new Uint8Array(file) };
}

function fileOf({ pack, pieces }: Drawn, format: TechPackJob['format'], size: string | null): Buffer | null {
  if (format === 'json') return Buffer.from(JSON.stringify(pack));
  if (format === 'dxf') return Buffer.from(toDxf(pack.title, pieces));
  const names = [...pieces.keys()];
  const name = size ?? names[(names.length - 1) >> 1] ?? '';
  const ofSize = pieces.get(name);
  if (ofSize === undefined) return null;
  return format === 'svg' ? Buffer.from(toSvg(pack.title, name, ofSize)) : toPdf(pack, name, ofSize);
}

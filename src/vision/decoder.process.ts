/**
 * A process that reads image files from strangers with native decoders, so that a decoder that crashes or takes too
 * much memory does not end the gateway. It gets no settings and no secrets, and ends with its parent. Answers one
 * `decoderJob` after the other with a `decoderAnswer`.
 */
import { setPriority } from 'node:os';
import { RequestError } from '../errors.js';
import { decodeFile } from './decode-file.js';
import { mostMicroseconds } from './decode-time.js';
import {
  type DecoderAnswer,
  decoderJob,
  EXIT_OVER_MEMORY,
  EXIT_OVER_TIME,
  REFUSALS,
} from './decoder.protocol.js';

/**
 * The largest allowed image takes 256 MB, its rendition up to 144 MB, and the process itself 60 MB; a file that takes
 * more lies about its size.
 */
const MAX_RSS = 640 * 1024 * 1024;
/** A decoder allocates at most some 10 MB in this time. */
const CHECK_EVERY_MS = 20;
const CHECK_PARENT_EVERY_MS = 1_000;

/**
 * Of this thread, which on Linux has a priority of its own. The threads that decode keep theirs: a file may take only some
 * seconds, and would take ten times as long where all cores are busy.
 */
const NICENESS = 10;
if (process.platform === 'linux') setPriority(0, NICENESS);

// Ctrl-C reaches the whole group of processes, and the parent may still wait for an answer.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
// A parent that ended while this process started is not reported.
setInterval(() => {
  if (!process.connected) process.exit();
}, CHECK_PARENT_EVERY_MS);

/** CPU time of this process, in microseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

process.on('message', (message: unknown) => {
  const { file, work } = decoderJob.parse(message);
  const start = cpuTime();
  const most = mostMicroseconds(work);
  // Decoders run on threads of libuv, so this timer runs meanwhile.
  const check = setInterval(() => {
    if (process.memoryUsage.rss() > MAX_RSS) process.exit(EXIT_OVER_MEMORY);
    if (cpuTime() - start > most) process.exit(EXIT_OVER_TIME);
  }, CHECK_EVERY_MS);
  void decodeFile(file, work)
    .then((result): DecoderAnswer['outcome'] => ({ result }), failure)
    .then((outcome) => {
      clearInterval(check);
      const answer: DecoderAnswer = {
        rss: process.memoryUsage.rss(),
        cpu: cpuTime() - start,
        outcome,
      };
      // The parent may have gone; then this process ends anyway.
      process.send?.(answer, undefined, {}, () => undefined);
    });
});

function failure(error: unknown): DecoderAnswer['outcome'] {
  if (!(error instanceof RequestError)) return { failed: String(error) };
  const { code, message } = error;
  const refusal = REFUSALS.find((known) => known === code);
  return refusal === undefined ? { failed: message } : { refused: { code: refusal, message } };
}

import { type ChildProcess, fork } from 'node:child_process';
import { RequestError } from '../errors.js';
import { DECODE_TIMEOUT_SECONDS, tooMuchMemory, tooMuchTime, tooSlow, undecodable } from './decode-errors.js';
import { mostMicroseconds } from './decode-time.js';
import {
  decoderAnswer,
  type DecoderWork,
  EXIT_OVER_MEMORY,
  EXIT_OVER_TIME,
  pointsOf,
} from './decoder.protocol.js';

/** Some decoders do not look at sharp's timeout; a process that is still busy after this is ended. */
const KILL_AFTER_MS = (DECODE_TIMEOUT_SECONDS + 5) * 1_000;

/** An idle process takes 60 MB, and starting one takes 0.2 s. */
const IDLE_MS = 60_000;

/** A process that stays this large after its work is replaced: native allocators do not return all memory. */
const LARGE_RSS = 256 * 1024 * 1024;

/** JavaScript holds only the file; the pixels are outside its heap. */
const HEAP_MB = 64;

/** A process may also be ended by somebody else, such as a system without memory. */
const ATTEMPTS = 2;

/** The process ended before it answered. */
class DecoderEnded extends Error {
  constructor(readonly why: 'slow' | 'over memory' | 'over time' | 'crashed') {
    super(`The image decoder ended: ${why}`);
  }
}

/** What a decoder found, and the CPU time of its process meanwhile, in microseconds. */
interface Decoded {
  readonly result: unknown;
  readonly cpu: number;
}

interface Job {
  readonly resolve: (decoded: Decoded) => void;
  readonly reject: (error: Error) => void;
}

/** Processes that may get work: headers have one of their own, so that none ends while an image is decoded. */
const decoders = new Set<Decoder>();
const headerReaders = new Set<Decoder>();

/**
 * Reads an image file in another process. The caller limits how many files are decoded at once, and reads one header at a
 * time.
 *
 * @param took is told the CPU time of the process meanwhile, in microseconds
 * @returns what decoder.protocol.ts says for this kind of work
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function inDecoder(
  file: Uint8Array,
  work: DecoderWork,
  took: (microseconds: number) => void = () => undefined,
): Promise<unknown> {
  const processes = work.kind === 'header' ? headerReaders : decoders;
  for (let attempt = 1; ; attempt += 1) {
    const decoder = [...processes].find(({ isBusy }) => !isBusy) ?? new Decoder(processes);
    try {
      const { result, cpu } = await decoder.run(file, work);
      took(cpu);
      return result;
    } catch (error) {
      if (!(error instanceof DecoderEnded)) throw error;
      if (error.why === 'over time') took(mostMicroseconds(work));
      if (attempt === ATTEMPTS || error.why !== 'crashed') throw blamed(error, work);
    }
  }
}

function blamed(ended: DecoderEnded, work: DecoderWork): RequestError {
  switch (ended.why) {
    case 'slow':
      return tooSlow(pointsOf(work), ended);
    case 'over memory':
      return tooMuchMemory(ended);
    case 'over time':
      return tooMuchTime(ended);
    case 'crashed':
      return undecodable(ended);
  }
}

class Decoder {
  readonly #child: ChildProcess;
  /** One at a time. */
  #job: Job | null = null;
  #why: DecoderEnded['why'] = 'crashed';
  #idle: NodeJS.Timeout | undefined;

  /** Adds itself to the processes that may get work. */
  constructor(private readonly processes: Set<Decoder>) {
    this.#child = fork(new URL('../../dist/vision/decoder.process.js', import.meta.url), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      // Nothing of this process's environment, which has secrets. With fewer arenas, less freed memory is retained.
      env: { MALLOC_ARENA_MAX: '2' },
    });
    this.#child.on('message', (message) => this.#answer(message));
    this.#child.on('error', () => this.#end());
    this.#child.once('exit', (code) => {
      if (code === EXIT_OVER_MEMORY) this.#why = 'over memory';
      if (code === EXIT_OVER_TIME) this.#why = 'over time';
      this.#end();
    });
    processes.add(this);
    this.#rest();
  }

  get isBusy(): boolean {
    return this.#job !== null;
  }

  async run(file: Uint8Array, work: DecoderWork): Promise<Decoded> {
    const late = setTimeout(() => this.#kill('slow'), KILL_AFTER_MS);
    try {
      return await new Promise<Decoded>((resolve, reject) => {
        this.#job = { resolve, reject };
        this.#wake();
        this.#child.send({ file, work }, (error) => {
          if (error !== null) this.#kill('crashed');
        });
      });
    } finally {
      clearTimeout(late);
      this.#job = null;
      this.#rest();
    }
  }

  #answer(message: unknown): void {
    const { rss, cpu, outcome } = decoderAnswer.parse(message);
    const job = this.#job;
    if (rss > LARGE_RSS) this.processes.delete(this);
    if ('refused' in outcome) job?.reject(new RequestError(outcome.refused.code, outcome.refused.message));
    else if ('failed' in outcome) job?.reject(new Error(`The image decoder failed: ${outcome.failed}`));
    else job?.resolve({ result: outcome.result, cpu });
  }

  #wake(): void {
    clearTimeout(this.#idle);
    this.#child.ref();
    this.#child.channel?.ref();
  }

  /** An idle process does not keep this one alive, and ends after a while, or at once when it was taken out of use. */
  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    const leave = (): void => {
      this.processes.delete(this);
      if (this.#child.connected) this.#child.disconnect();
    };
    if (this.processes.has(this)) this.#idle = setTimeout(leave, IDLE_MS).unref();
    else leave();
  }

  #kill(why: DecoderEnded['why']): void {
    this.#why = why;
    this.#child.kill('SIGKILL');
  }

  #end(): void {
    this.processes.delete(this);
    clearTimeout(this.#idle);
    this.#job?.reject(new DecoderEnded(this.#why));
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RequestError } from '../../errors.js';
import { type DesignEngine, type Drawn, EngineError, type Watcher } from '../engine.js';
import type { Order } from '../order.js';
import { localMessage, type LocalOrder, type LocalSettings } from './local.protocol.js';

/** An idle process takes 400 MB, and starting one takes a second. */
const IDLE_MS = 5 * 60_000;
/** Many times what an order takes on a machine that is busy: after this, the process hangs. */
const LATE_MS = 10 * 60_000;
/** More than two would wait for each other's memory, and designs are not urgent. */
const MAX_THREADS = 2;

/**
 * The engine that is always there: it searches for the garments of the renderer whose pictures are nearest to what is
 * ordered. It works in a process of its own, on one order at a time.
 */
export function openLocalEngine(encoder: string | URL): DesignEngine {
  const settings: LocalSettings = {
    encoder: encoder instanceof URL ? fileURLToPath(encoder) : encoder,
    threads: Math.min(MAX_THREADS, availableParallelism()),
  };
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const end = (): void => {
    child?.kill('SIGKILL');
    child = null;
  };
  const start = (): ChildProcess => {
    clearTimeout(idle);
    if (child?.connected === true) return child;
    const started = fork(
      new URL('../../../dist/design/local/local.process.js', import.meta.url),
      [JSON.stringify(settings)],
      {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        execArgv: [],
        // Nothing of this process's environment, which has secrets.
        env: { UV_THREADPOOL_SIZE: String(settings.threads) },
      },
    );
    started.setMaxListeners(0);
    child = started;
    return started;
  };
  /** An idle process does not keep this one alive. */
  const rest = (): void => {
    child?.unref();
    child?.channel?.unref();
    idle = setTimeout(end, IDLE_MS).unref();
  };

  const run = async (order: Order, watcher: Watcher, signal: AbortSignal): Promise<readonly Drawn[]> => {
    signal.throwIfAborted();
    const isNew = child?.connected !== true;
    const worker = start();
    worker.ref();
    worker.channel?.ref();
    let late: NodeJS.Timeout | undefined;
    try {
      return await new Promise<readonly Drawn[]>((resolve, reject) => {
        const send = (): void => {
          worker.send(toMessage(order), (error) => {
            if (error !== null) reject(ended(error));
          });
        };
        worker.on('message', (message: unknown) => {
          const told = localMessage.parse(message);
          switch (told.kind) {
            case 'ready':
              send();
              break;
            case 'progress':
              watcher.progress(told.share);
              break;
            case 'draft':
              watcher.draft({ ...told, prompt: null });
              break;
            case 'done':
              resolve(told.designs.map((design) => ({ ...design, prompt: null })));
              break;
            case 'failed':
              reject(
                told.refused
                  ? new RequestError('BAD_USER_INPUT', told.message)
                  : new EngineError(`The local engine failed: ${told.message}`, true),
              );
          }
        });
        worker.once('error', (error) => reject(ended(error)));
        worker.once('exit', (code) => reject(ended(new Error(`exit code ${String(code)}`))));
        signal.addEventListener(
          'abort',
          () => {
            reject(signal.reason instanceof Error ? signal.reason : new Error('canceled'));
            // What it draws cannot be taken back otherwise.
            end();
          },
          { once: true },
        );
        late = setTimeout(() => {
          reject(new EngineError('The local engine took too long.', true));
          end();
        }, LATE_MS);
        if (!isNew) send();
      });
    } finally {
      clearTimeout(late);
      worker.removeAllListeners();
      if (child === worker && !worker.connected) child = null;
      rest();
    }
  };

  return {
    design(order, watcher, signal) {
      const next = last.then(() => run(order, watcher, signal));
      last = next.catch(() => undefined);
      return next;
    },
    async close() {
      clearTimeout(idle);
      end();
      await last;
    },
  };
}

const ended = (cause: Error): EngineError =>
  new EngineError('The process of the local engine ended before it answered.', true, { cause });

const toMessage = ({ wanted, toward, away, known, maxPrice, seed, count }: Order): LocalOrder => ({
  wanted,
  toward: [...toward],
  away: [...away],
  known: known.map(({ vector, price }) => ({ vector, price })),
  maxPrice,
  seed,
  count,
});

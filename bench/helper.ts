import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { z } from 'zod';

export const TYPESCRIPT = new URL('typescript.js', import.meta.url).href;

/** A process from this folder that executes one order at a time. */
export interface Helper {
  /** @throws ZodError when the answer has another format, Error when the process ends instead */
  order<T>(answer: z.ZodType<T>, order: unknown): Promise<T>;
  /** Ends it, whatever it is doing. */
  stop(): Promise<void>;
}

/** Starts `script`, which calls `takeOrders`. */
export function startHelper(script: string, args: readonly string[]): Helper {
  const child = fork(new URL(script, import.meta.url), args, { execArgv: ['--import', TYPESCRIPT] });
  const ended = once(child, 'exit');
  return {
    async order(answer, order) {
      const message = once(child, 'message');
      child.send({ order });
      const [reply] = (await Promise.race([
        message,
        ended.then(() => Promise.reject(new Error(`${script} ended before it answered.`))),
      ])) as [unknown];
      return answer.parse(reply);
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

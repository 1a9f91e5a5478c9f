import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { smallEncoderFolder } from './small-encoder.js';
import { until } from './waiting.js';

/** A program of the project that runs in a separate process. */
export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Its output so far. */
  readonly output: { stdout: string; stderr: string };
  /** Resolves when `pattern` is in its output; rejects when it ends without that, or after a minute by default. */
  says(pattern: RegExp, limitMs?: number): Promise<RegExpMatchArray>;
  /** Signals the program and everything in its process group, as Ctrl-C in a terminal does. */
  interrupt(): void;
  readonly ended: Promise<{
    code: number | null;
    signal: NodeJS.Signals | null;
    stdout: string;
    stderr: string;
  }>;
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of node itself. */
  readonly nodeArgs?: readonly string[];
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Settings of the shell that runs the tests would affect the tests. */
const SETTINGS = /^(HOST|PORT|DATABASE_URL|LOG_LEVEL|QDRANT_.*|VITRINE_.*|OTEL_.*|NODE_OPTIONS|NODE_ENV)$/;

/** Runs the built command line, with a small encoder unless `env` overrides that. */
export const vitrine = (args: readonly string[], { env, nodeArgs = [] }: ProcessOptions = {}): Running =>
  runNode([...nodeArgs, MAIN, ...args], { env: { VITRINE_ENCODER: smallEncoderFolder(), ...env } });

/** Runs node with these arguments. */
export function runNode(args: readonly string[], { env }: ProcessOptions = {}): Running {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.test(name)));
  const child = spawn(process.execPath, args, {
    cwd: '/',
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In its own process group, as in a terminal.
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    ...output,
  }));
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const says = async (pattern: RegExp, limitMs?: number): Promise<RegExpMatchArray> => {
    const look = (): RegExpMatchArray | null => pattern.exec(output.stdout + output.stderr);
    await until(`the program says ${String(pattern)}`, () => hasEnded || look() !== null, limitMs);
    const found = look();
    if (found === null)
      throw new Error(`ended without saying ${String(pattern)}:\n${output.stdout}${output.stderr}`);
    return found;
  };
  const interrupt = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  };
  return { child, output, says, interrupt, ended };
}

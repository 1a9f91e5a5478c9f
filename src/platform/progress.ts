import { MultiBar, type SingleBar } from 'cli-progress';

/** Shows the progress of long work, one task at a time. */
export interface Progress {
  /** Begins a task of `total` steps; null if the total is not known yet. */
  start(label: string, total: number | null): void;
  advance(steps?: number): void;
  /** Ends the task; `text` reports the result. */
  done(text?: string): void;
  /** Writes a line without disrupting the progress display. */
  say(line: string): void;
}

/** Frequent enough to show that work continues, rare enough for a container's log. */
const LINE_INTERVAL_MS = 5_000;
/** Redrawing costs as much as some of the work that it shows. */
const FRAMES_PER_SECOND = 5;
/** An earlier rate would measure the warmup. */
const ESTIMATE_AFTER_S = 3;

/** A bar on a terminal, a line every few seconds elsewhere. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barProgress(stream) : lineProgress((line) => stream.write(`${line}\n`), Date.now);
}

/** Progress as whole lines. `now` is in milliseconds. */
export function lineProgress(write: (line: string) => void, now: () => number): Progress {
  let work: (Work & { told: number }) | null = null;
  return {
    start(label, total) {
      work = { label, total, value: 0, startedAt: now(), told: now() };
      write(total === null ? label : `${label}: ${total}`);
    },
    advance(steps = 1) {
      if (work === null) return;
      work.value += steps;
      if (now() - work.told < LINE_INTERVAL_MS) return;
      work.told = now();
      write(describe(work, now()));
    },
    done(text) {
      if (work !== null) write(text ?? summarize(work, now()));
      work = null;
    },
    say: write,
  };
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  let drawn: { bars: MultiBar; bar: SingleBar; work: Work } | null = null;
  const write = (line: string): void => {
    stream.write(`${line}\n`);
  };
  return {
    start(label, total) {
      const bars = new MultiBar({
        stream,
        fps: FRAMES_PER_SECOND,
        format: total === null ? '{label} {value}' : '{label} {bar} {text}',
        barsize: 30,
        barCompleteChar: '━',
        barIncompleteChar: '┄',
        clearOnComplete: true,
        // A killed process must not leave the terminal without line wrapping.
        linewrap: null,
        gracefulExit: false,
      });
      const work = { label, total, value: 0, startedAt: Date.now() };
      drawn = { bars, work, bar: bars.create(total ?? 0, 0, { label, text: '' }) };
    },
    advance(steps = 1) {
      if (drawn === null) return;
      drawn.work.value += steps;
      drawn.bar.update(drawn.work.value, { text: figures(drawn.work, Date.now()) });
    },
    done(text) {
      if (drawn === null) return;
      drawn.bars.stop();
      write(text ?? summarize(drawn.work, Date.now()));
      drawn = null;
    },
    say(line) {
      if (drawn === null) write(line);
      else drawn.bars.log(`${line}\n`);
    },
  };
}

interface Work {
  label: string;
  total: number | null;
  value: number;
  startedAt: number;
}

const describe = (work: Work, now: number): string => `${work.label}: ${figures(work, now)}`;

function figures({ total, value, startedAt }: Work, now: number): string {
  const seconds = Math.max(now - startedAt, 1) / 1000;
  const rate = value / seconds;
  const shownRate = `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`;
  if (total === null) return `${value}, ${shownRate}`;
  if (value === 0 || value >= total || seconds < ESTIMATE_AFTER_S) return `${value}/${total}, ${shownRate}`;
  return `${value}/${total}, ${shownRate}, ${duration((total - value) / rate)} left`;
}

function summarize({ label, value, startedAt }: Work, now: number): string {
  return `${label}: ${value} in ${duration((now - startedAt) / 1000)}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}

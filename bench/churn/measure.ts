import { setTimeout as sleep } from 'node:timers/promises';
import { bootstrapInterval, mean, median, percentile } from '../statistics.js';
import type { Catalog } from './catalog.js';
import type { Contender } from './contender.js';
import { judge, type Verdict } from './judge.js';
import { Ledger } from './ledger.js';
import type { Figures, Rate, ShapeFigures, Times } from './report.js';
import { makeSearches, probed, SHAPE_NAMES, type Search, type Shape, type Step } from './runbook.js';
import { assertSame, Truth } from './truth.js';
import { Writers } from './writers.js';

/** Searches that are asked before anything is measured, so that code is compiled and pages are cached. */
const WARM_UP = 60;
/** Steps that are kept for after the changes of a round: of two in a row, one is a probe. */
const FOLLOWING = 2;
/** Between two searches for a change: asking without a pause would slow down what is waited for. */
const POLL_MS = 1;
/** In flight at once while throughput is measured: enough to keep two cores busy, few enough not to measure a queue. */
const CALLERS = 8;
export interface MeasureSettings {
  readonly seed: string;
  /** How many answers are judged. */
  readonly searches: number;
  /** How long each rate is measured, over all rounds. */
  readonly seconds: number;
  /** In how many parts all of it is done, in turns with other contenders. */
  readonly rounds: number;
  readonly changesPerSecond: number;
  /** A change that no search shows until then counts as lost. */
  readonly lostAfterMs: number;
}

/** The measuring of an opened contender, in rounds, so that several contenders can be measured in turns. */
export class Session {
  readonly #measured: Measured;
  readonly #settings: MeasureSettings;
  readonly #writers: Writers;
  /** Answers to judge in a round. */
  readonly #searches: number;
  readonly #steps: readonly Step[];
  readonly #common: readonly Search[];
  readonly #verdicts: Judgment[] = [];
  readonly #visible: (number | null)[] = [];
  readonly #latencyMs: number[] = [];
  readonly #commitMs: number[] = [];
  readonly #searchRates: number[] = [];
  readonly #besideRates: number[] = [];
  readonly #changeRates: number[] = [];
  readonly #caughtUp: (number | null)[] = [];
  #next = 0;

  private constructor(measured: Measured, settings: MeasureSettings) {
    const { catalog, ledger } = measured;
    this.#measured = measured;
    this.#settings = settings;
    this.#writers = new Writers(ledger, catalog, settings.seed);
    this.#searches = Math.ceil(settings.searches / settings.rounds);
    this.#steps = makeSearches(catalog, settings.seed, settings.rounds * (this.#searches + FOLLOWING));
    this.#common = this.#steps.map(({ search }) => search);
  }

  /** Warms the contender up. @throws Error when its SQL does not have the catalog */
  static async open(contender: Contender, catalog: Catalog, settings: MeasureSettings): Promise<Session> {
    const truth = await Truth.open(contender.truthUrl, catalog);
    const session = new Session(
      {
        ...{ contender, catalog, truth },
        ledger: new Ledger(contender, catalog),
        lostAfterMs: settings.lostAfterMs,
      },
      settings,
    );
    try {
      await session.#assertTruth('before the first change');
      for (let n = 0; n < WARM_UP; n += 1) await contender.search(pick(session.#common, n));
      return session;
    } catch (error) {
      await truth.close();
      throw error;
    }
  }

  /**
   * First what it answers beside changes, then how much, then how many changes it takes. @throws Error when the contender
   * fails, gives what is no answer, or its SQL is not what the runbook made of it
   */
  async round(progress: (line: string) => void): Promise<void> {
    const { rounds, seconds, changesPerSecond } = this.#settings;
    const { contender } = this.#measured;
    const ms = (1_000 * seconds) / rounds;
    progress('judging answers beside changes');
    await this.#writers.beside(changesPerSecond, () => this.#judge(this.#searches));
    progress('searching beside changes');
    const beside = await this.#writers.beside(changesPerSecond, () => searchFor(contender, this.#common, ms));
    this.#searchRates.push(beside.result.perSecond);
    this.#latencyMs.push(...beside.result.latencyMs);
    this.#besideRates.push(beside.written.perSecond);
    this.#commitMs.push(...beside.written.commitMs);
    progress('changing as fast as possible');
    const alone = await this.#writers.beside(null, () => sleep(ms));
    this.#changeRates.push(alone.written.perSecond);
    const last = this.#take(FOLLOWING).find(({ probe }) => probe !== null);
    if (last !== undefined) this.#caughtUp.push(await follow(this.#measured, last));
    await this.#assertTruth('after a round');
  }

  figures(): Figures {
    return {
      shapes: shapeFigures(this.#verdicts),
      visible: visibleOf(this.#visible),
      lost: this.#visible.filter((ms) => ms === null).length,
      searches: { perSecond: rateOf(this.#searchRates), latency: timesOf(this.#latencyMs) },
      changes: {
        perSecond: rateOf(this.#changeRates),
        besideSearches: rateOf(this.#besideRates),
        commit: timesOf(this.#commitMs),
        caughtUpMs: slowest(this.#caughtUp),
      },
    };
  }

  /** Leaves the contender open. */
  async close(): Promise<void> {
    await this.#measured.truth.close();
  }

  #take(count: number): readonly Step[] {
    const taken = this.#steps.slice(this.#next, this.#next + count);
    this.#next += count;
    return taken;
  }

  async #judge(count: number): Promise<void> {
    for (const step of this.#take(count)) {
      const { search, probe } = step;
      const committed = probe === null ? null : (await this.#measured.ledger.commit(probe.change)).done;
      const { verdict, answer, received } = await askAndJudge(this.#measured, search);
      this.#verdicts.push({ shape: search.shape, verdict });
      if (committed === null) continue;
      const isShown = showsChange(this.#measured.catalog, step, answer);
      this.#visible.push(
        isShown ? received - committed : await waitUntilShown(this.#measured, step, committed),
      );
    }
  }

  async #assertTruth(when: string): Promise<void> {
    const { truth, ledger } = this.#measured;
    assertSame(await truth.readAll(), ledger.expected, when);
  }
}

interface Measured {
  readonly contender: Contender;
  readonly catalog: Catalog;
  readonly truth: Truth;
  readonly ledger: Ledger;
  readonly lostAfterMs: number;
}

interface Judgment {
  readonly shape: Shape;
  readonly verdict: Verdict;
}

/** One answer between two snapshots. Only taking them is near the answer; reading them takes long and comes after it. */
async function askAndJudge(
  { contender, catalog, truth, ledger }: Measured,
  search: Search,
): Promise<{ verdict: Verdict; answer: readonly number[]; received: number }> {
  const start = performance.now();
  const first = await truth.take('before');
  try {
    const answer = await contender.search(search);
    const received = performance.now();
    const second = await truth.take('after');
    try {
      const doubtful = ledger.doubtfulSince(start);
      const [before, after] = await Promise.all([first.read(search), second.read(search)]);
      return { verdict: judge(catalog, { search, answer, before, after, doubtful }), answer, received };
    } finally {
      await second.release();
    }
  } finally {
    await first.release();
  }
}

/** Commits a probed change and waits until it is shown; null: lost. */
async function follow(measured: Measured, step: Step): Promise<number | null> {
  if (step.probe === null) return null;
  const { done } = await measured.ledger.commit(step.probe.change);
  return waitUntilShown(measured, step, done);
}

async function waitUntilShown(
  { contender, catalog, lostAfterMs }: Measured,
  step: Step,
  committed: number,
): Promise<number | null> {
  for (;;) {
    const answer = await contender.search(step.search);
    const took = performance.now() - committed;
    if (showsChange(catalog, step, answer)) return took;
    if (took > lostAfterMs) return null;
    await sleep(POLL_MS);
  }
}

function showsChange(catalog: Catalog, { search, probe }: Step, answer: readonly number[]): boolean {
  return answer.includes(probed(catalog, search)) === probe?.shows;
}

async function searchFor(
  contender: Contender,
  searches: readonly Search[],
  ms: number,
): Promise<{ perSecond: number; latencyMs: number[] }> {
  const latencyMs: number[] = [];
  const start = performance.now();
  const end = start + ms;
  let next = 0;
  const call = async (): Promise<void> => {
    while (performance.now() < end) {
      const asked = performance.now();
      await contender.search(pick(searches, next++));
      latencyMs.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  return { perSecond: (1_000 * latencyMs.length) / (performance.now() - start), latencyMs };
}

function pick(searches: readonly Search[], n: number): Search {
  const search = searches[n % searches.length];
  if (search === undefined) throw new RangeError('There are no searches.');
  return search;
}

function shapeFigures(verdicts: readonly Judgment[]): ShapeFigures[] {
  return SHAPE_NAMES.map((shape) => {
    const of = verdicts.filter((one) => one.shape === shape).map(({ verdict }) => verdict);
    const total = (count: (verdict: Verdict) => number): number =>
      of.reduce((sum, one) => sum + count(one), 0);
    const recalls = of.flatMap(({ required, misses }) => (required > 0 ? [1 - misses / required] : []));
    const [low, high] = recalls.length > 0 ? bootstrapInterval(recalls) : [null, null];
    return {
      shape,
      searches: of.length,
      recall: recalls.length > 0 ? { mean: mean(recalls), low, high } : null,
      required: total(({ required }) => required),
      misses: total(({ misses }) => misses),
      shown: total(({ shown }) => shown),
      leaks: total(({ leaks }) => leaks),
      filterLeaks: total(({ filterLeaks }) => filterLeaks),
      shortPages: of.filter(({ isShort }) => isShort).length,
      doubtful: total(({ doubtful }) => doubtful),
    };
  });
}

const timesOf = (numbers: readonly number[]): Times | null =>
  numbers.length === 0 ? null : { p50: percentile(numbers, 0.5), p99: percentile(numbers, 0.99) };

function visibleOf(waits: readonly (number | null)[]): Figures['visible'] {
  const samples = waits.filter((ms) => ms !== null).sort((a, b) => a - b);
  const times = timesOf(samples);
  return times && { ...times, samples };
}

const rateOf = (rounds: readonly number[]): Rate => ({
  median: median(rounds),
  low: Math.min(...rounds),
  high: Math.max(...rounds),
});

/** Null when one of them never came, or there are none. */
const slowest = (waits: readonly (number | null)[]): number | null =>
  waits.reduce<number | null>((most, ms) => (most === null || ms === null ? null : Math.max(most, ms)), 0);

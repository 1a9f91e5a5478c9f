import { loadAdapter } from './adapters.js';
import type { Catalog } from './catalog.js';
import type { Adapter, Contender } from './contender.js';
import { type MeasureSettings, Session } from './measure.js';
import type { ContenderReport, Report } from './report.js';

export interface Listener {
  readonly progress: (line: string) => void;
  readonly skipped: (name: string, reason: string) => void;
  readonly failed: (name: string, error: string) => void;
}

interface Running {
  readonly name: string;
  readonly adapter: Adapter;
  readonly contender: Contender;
  readonly session: Session;
  readonly loadSeconds: number;
}

/**
 * Opens all contenders, then measures them in turns, round by round, so that other load on the machine meets all of
 * them. One that fails is closed, and the others go on. Once it is told to stop, it closes all of them after the part that
 * it is at, and none has figures unless all rounds were done.
 */
export async function measureAll(
  names: readonly string[],
  catalog: Catalog,
  settings: MeasureSettings,
  { progress, skipped, failed }: Listener,
  stop: AbortSignal,
): Promise<Pick<Report, 'contenders' | 'skipped' | 'failed'>> {
  const out: { name: string; reason: string }[] = [];
  const failures: { name: string; error: string }[] = [];
  const running = new Map<string, Running>();
  /** Runs a part of the measuring of one. */
  const attempt = async (name: string, part: () => Promise<void>): Promise<void> => {
    try {
      await part();
    } catch (error) {
      failures.push({ name, error: String(error) });
      failed(name, String(error));
      const broken = running.get(name);
      running.delete(name);
      if (broken !== undefined) await close(broken).catch(() => undefined);
    }
  };
  for (const name of names) {
    if (stop.aborted) break;
    await attempt(name, async () => {
      const adapter = await loadAdapter(name);
      const reason = await adapter.unavailable();
      if (reason === null) {
        running.set(name, await open(name, adapter, catalog, settings, progress));
        return;
      }
      out.push({ name, reason });
      skipped(name, reason);
    });
  }
  for (let round = 1; round <= settings.rounds; round += 1)
    for (const { name, session } of [...running.values()]) {
      if (stop.aborted) break;
      await attempt(name, () =>
        session.round((line) => progress(`round ${round} of ${settings.rounds}, ${name}: ${line}`)),
      );
    }
  const contenders = stop.aborted ? [] : [...running.values()].map(reportOf);
  for (const name of [...running.keys()])
    await attempt(name, async () => {
      const done = running.get(name);
      if (done !== undefined) await close(done);
    });
  return { contenders, skipped: out, failed: failures };
}

async function open(
  name: string,
  adapter: Adapter,
  catalog: Catalog,
  settings: MeasureSettings,
  progress: (line: string) => void,
): Promise<Running> {
  const start = performance.now();
  progress(`${name}: loading`);
  const contender = await adapter.open({ catalog, progress: (line) => progress(`${name}: ${line}`) });
  const loadSeconds = (performance.now() - start) / 1_000;
  try {
    progress(`${name}: warming up`);
    const session = await Session.open(contender, catalog, settings);
    return { name, adapter, contender, session, loadSeconds };
  } catch (error) {
    await contender.close();
    throw error;
  }
}

async function close({ session, contender }: Running): Promise<void> {
  await session.close();
  await contender.close();
}

function reportOf({ name, adapter, contender, session, loadSeconds }: Running): ContenderReport {
  const { title, about } = adapter;
  return { name, title, about, version: contender.version, loadSeconds, figures: session.figures() };
}

import { once } from 'node:events';
import { Command } from 'commander';
import { prepareDataFolder } from '../platform/data-folder.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

export function designWorkerCommand(): Command {
  return new Command('design-worker')
    .description('make the designs that callers order, alongside the gateways')
    .addHelpText(
      'after',
      `
Works on design jobs, one at a time, and serves no requests. Run as many as you like, on any machine with the same
Postgres, image store, and encoder. If one is killed, another takes over its job after 20 seconds. Ctrl-C or SIGTERM
gives the current job back, then stops. A gateway on the embedded Postgres does this work itself, unless
VITRINE_DESIGN_JOBS is 0. With VITRINE_DIFFUSION_URL, it also makes designs with an image generator.

Exit code: 0 if it was stopped; 1 if it could not start.

Examples:
  DATABASE_URL=postgres://shop:secret@db/shop vitrine design-worker
  VITRINE_DIFFUSION_URL=http://generator:7860 vitrine design-worker`,
    )
    .action(() => runCommand(designWorker));
}

async function designWorker({ config, log, signal }: Session): Promise<ExitCode> {
  await prepareDataFolder(config.dataFolder);
  // Loaded late, so that --help is fast.
  const [
    { openEngines },
    { runDesignJobs },
    { openChangeListener },
    { openBlobs },
    { startDatabase },
    { openEncoder },
  ] = await Promise.all([
    import('../design/open-engines.js'),
    import('../design/run-design-jobs.js'),
    import('../platform/change-listener.js'),
    import('../platform/open-blobs.js'),
    import('../platform/start-database.js'),
    import('../vision/encoder.js'),
  ]);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    // The engine's own process encodes what it draws; this one checks a few pictures.
    const encoder = await openEncoder({ directory: config.encoderFolder, threads: 1, log });
    closing.push(() => encoder.close());
    const database = await startDatabase(config, log);
    closing.push(() => database.close());
    const { db, url } = database;
    const changes = openChangeListener({ url, log, name: 'vitrine design-worker' });
    closing.push(() => changes.close());
    const [images, uploads] = await Promise.all([
      openBlobs(config.imageStore.images),
      openBlobs(config.imageStore.uploads),
    ]);
    const engines = openEngines(config, { images, uploads });
    const jobs = runDesignJobs({ db, encoder, engines, uploads, changes, log });
    closing.push(() => jobs.close());
    process.stdout.write(
      `Working on designs with the ${[...engines.keys()].map((name) => name.toLowerCase()).join(' and the ')} engine.\nPress Ctrl-C to stop.\n`,
    );
    if (!signal.aborted) await once(signal, 'abort');
    return EXIT.done;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

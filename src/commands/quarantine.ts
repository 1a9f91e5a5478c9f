import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import {
  listQuarantined,
  releaseImages,
  type QuarantinedRow,
} from '../images/quarantine/quarantine.store.js';
import { counted } from '../platform/counted.js';
import { openBlobs } from '../platform/open-blobs.js';
import { OperatorError } from '../platform/operator-error.js';
import { type Database, transaction } from '../platform/postgres.js';
import { runOnDatabase } from './run-on-database.js';
import { type Columns, toTable } from './table.js';

/** Images that are read, or released, at once. */
const AT_ONCE = 250;

export function quarantineCommand(): Command {
  const quarantine = new Command('quarantine')
    .description('list and release images that look as if they were made to deceive the search')
    .addHelpText(
      'after',
      `
Images are checked when they are encoded: by an import, by productsUpsert, or by vitrine reindex. Those in quarantine are
neither shown nor searched for. Their products can still be bought, and are found by words and by their other images
(docs/robustness.md). You can run these commands while gateways are running on the same data.

Examples:
  vitrine quarantine list --save suspicious
  vitrine quarantine release SW1hZ2U6MTI=
  vitrine quarantine release --all`,
    );
  for (const command of [listCommand(), releaseCommand()]) quarantine.addCommand(command);
  return quarantine;
}

function listCommand(): Command {
  return new Command('list')
    .description('list the images in quarantine')
    .option('--save <folder>', 'also write the images to a folder, under their ids')
    .addHelpText(
      'after',
      `
SCORE is about the share of ordinary photographs that look at least as unusual. OTHERS says whether the product has other
images.

Examples:
  vitrine quarantine list
  vitrine quarantine list --save suspicious`,
    )
    .action(({ save }: { save?: string }) =>
      runOnDatabase(async (db, { config, progress }) => {
        const rows = await readAll(db);
        process.stdout.write(toTable(COLUMNS, rows));
        if (rows.length === 0) progress.say('No image is in quarantine.');
        if (save === undefined) return;
        const images = await openBlobs(config.imageStore.images);
        await mkdir(resolve(save), { recursive: true });
        for (const row of rows) {
          const bytes = await images.get(row.sha256);
          // The content says what kind of image it is; viewers go by it.
          if (bytes !== null) await writeFile(join(resolve(save), idOf(row)), bytes);
        }
      }),
    );
}

function releaseCommand(): Command {
  return new Command('release')
    .description('show images again and search for them, whatever the encoder says of them')
    .argument('[ids...]', 'the images, as vitrine quarantine list shows them')
    .option('--all', 'release all images that are in quarantine now')
    .addHelpText(
      'after',
      `
Images with the same bytes are released with them, now and in later imports. An image that is changed is checked again.
All of the images are released, or none. Releasing an image twice changes nothing.

Examples:
  vitrine quarantine release SW1hZ2U6MTI= SW1hZ2U6MTM=
  vitrine quarantine release --all`,
    )
    .action((ids: string[], { all = false }: { all?: boolean }) =>
      runOnDatabase(async (db, { progress }) => {
        if (all === ids.length > 0) throw new OperatorError('Name the images to release, or pass --all.');
        const keys = all ? (await readAll(db)).map(({ key }) => key) : ids.map(keyOf);
        const released = await transaction(db, async (client) => {
          const found = await releaseImages(client, keys);
          const known = new Set(found.map(({ key }) => key));
          const unknown = keys.find((key) => !known.has(key));
          if (unknown !== undefined && !all) throw neverHeld(toGlobalId('Image', unknown));
          return found.filter(({ wasHeld }) => wasHeld).length;
        });
        progress.say(`${counted(released, 'image')} released.`);
      }),
    );
}

async function readAll(db: Database): Promise<QuarantinedRow[]> {
  const rows: QuarantinedRow[] = [];
  for (;;) {
    const more = await listQuarantined(db, rows.at(-1)?.key ?? 0, AT_ONCE);
    rows.push(...more);
    if (more.length < AT_ONCE) return rows;
  }
}

const idOf = ({ key }: Pick<QuarantinedRow, 'key'>): string => toGlobalId('Image', key);

function keyOf(id: string): number {
  const { id: digits } = fromGlobalId(id);
  // More digits than this are no integer of Postgres.
  const key = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
  if (idOf({ key }) !== id) throw neverHeld(id);
  return key;
}

const neverHeld = (id: string): OperatorError =>
  new OperatorError(`No image ${id} was in quarantine: vitrine quarantine list shows those that are.`);

const COLUMNS: Columns<QuarantinedRow> = {
  ID: idOf,
  PRODUCT: ({ productHandle }) => productHandle,
  REASON: ({ reason }) => reason,
  SCORE: ({ score }) => score.toPrecision(2),
  SINCE: ({ quarantinedAt }) => quarantinedAt.toISOString(),
  OTHERS: ({ hasOthers }) => (hasOthers ? 'yes' : 'no'),
  LINK: ({ link }) => link,
};

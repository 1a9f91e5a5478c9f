import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { auditReport, type AuditReport } from '../../src/audit/report.js';
import { random } from '../../src/platform/random.js';
import { writeCalibration } from '../../src/search/probability/calibration.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { detectorFolder } from '../support/detector.js';
import { NEARLY_EQUAL } from '../support/garments.js';
import { vitrine, type Running } from '../support/process.js';
import { cornerEncoderFolder } from '../support/small-encoder.js';
import { until } from '../support/waiting.js';

/** Of each type; more than a page has places. */
const PRODUCTS = 20;
const PATIENCE_MS = 240_000;
const SMALL = ['--images', '4', '--passes', '30'];

/** Measures of attacks on the catalog, by their goal. */
const ELSEWHERE: ReadonlyMap<string, readonly string[]> = new Map([
  ['crowd', ['crowded']],
  ['promote', ['entered']],
  ['hide', ['hidden']],
  ['invent', ['invented']],
]);

let database: TestDatabase;
let folder: string;
/** Finds the same in every picture, and takes no time. */
let detector: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-audit-'));
  detector = await detectorFolder([[32, 32, 16, 16, 0.9]], ['shirt']);
  const lines = ['id\titem_group_id\ttitle\tproduct_type\timage_link\tavailability\tprice\tquantity'];
  for (const [type, red, blue] of [
    ['tops > shirts', 200, 40],
    ['shoes > boots', 40, 200],
  ] as const) {
    for (let i = 0; i < PRODUCTS; i += 1) {
      const name = `${type.slice(-5)}-${i}`;
      await drawing(name, red, blue).toFile(join(folder, `${name}.png`));
      lines.push(`SKU-${name}\t${name}\tThe <b>${name}</b>\t${type}\t${name}.png\tin_stock\t10 EUR\t3`);
    }
  }
  await writeFile(join(folder, 'feed.tsv'), `${lines.join('\n')}\n`);
  expect(await run('import', join(folder, 'feed.tsv')).ended).toMatchObject({ code: 0 });
  expect(await run('reindex', '--encoder', cornerEncoderFolder()).ended).toMatchObject({ code: 0 });
}, PATIENCE_MS);
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
  await rm(detector, { recursive: true });
});

/** Fields of one color each: all reddish, or all bluish. */
function drawing(name: string, red: number, blue: number): Sharp {
  const chance = random(name);
  const near = (value: number): number => value + chance.integer(-40, 40);
  const fields = Array.from({ length: 16 }, () => [near(red), near(60), near(blue)]).flat();
  return sharp(Uint8Array.from(fields), { raw: { width: 4, height: 4, channels: 3 } })
    .resize(64, 64, { kernel: 'nearest' })
    .png();
}

const run = (...args: string[]): Running => vitrine(args, { env: env() });
const env = () => ({
  ...{ DATABASE_URL: database.url, VITRINE_DATA: join(folder, 'data'), VITRINE_DEMO: '0' },
  VITRINE_DETECTOR: detector,
});
const out = (name: string): string => join(folder, name);
const fileOf = (name: string, file: string): Promise<string> => readFile(join(out(name), file), 'utf8');
const reportOf = async (name: string): Promise<AuditReport> =>
  auditReport.parse(JSON.parse(await fileOf(name, 'audit.json')));

test(
  'attacks pictures of the catalog, and writes a table, audit.json, and a page of one file',
  async () => {
    const { code, stdout, stderr } = await run('audit', ...SMALL, '--out', out('first')).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('Asking as an attacker');
    expect(stdout).toMatch(/^Attacked 4 pictures of small@1\.0\.0\S* and let each attack ask 30 questions/);
    expect(stdout).toMatch(/^patch 10%, aimed +target in top 10 +\d+% \(\d+–\d+\)/m);
    expect(stdout).toMatch(/^10 near-copies take \d+\.\d of the first 10 places on average\.$/m);

    const report = await reportOf('first');
    expect(report).toMatchObject({
      pictures: 4,
      passes: 30,
      calibrated: false,
      catalog: { products: 2 * PRODUCTS, images: 2 * PRODUCTS, allImages: 2 * PRODUCTS },
      clean: { target: { hits: 0, of: 4 }, lost: { hits: 0, of: 4 }, flipped: { hits: 0, of: 4 } },
    });
    expect(report.attacks.map(({ id }) => id)).toEqual([
      ...['patch-target-2', 'patch-target-5', 'patch-target-10'],
      ...['patch-away-2', 'patch-away-5', 'patch-away-10'],
      ...['noise-target-4', 'noise-target-8', 'noise-away-4', 'noise-away-8'],
      ...['sticker-square', 'sticker-logo', 'sticker-word'],
      ...['patch-promote-5', 'noise-promote-8', 'near-copies'],
      ...['patch-hide-5', 'patch-hide-10', 'noise-hide-8', 'patch-invent-5'],
    ]);
    // The encoder says nothing of pictures.
    expect(report.cleanFlagged).toBeUndefined();
    expect(report.attacks.filter(({ flagged, evades }) => flagged !== undefined || evades)).toEqual([]);
    expect(report.regions).toMatch(/^constant@1\.0\.0 [0-9a-f]{64}$/);
    for (const { kind, goal, result, meanWay, curve, jpeg, rescaled } of report.attacks) {
      const isOptimized = kind === 'patch' || kind === 'noise';
      const measures = ELSEWHERE.get(goal) ?? ['target', 'lost', 'flipped'];
      expect(curve.map(({ passes }) => passes)).toEqual(isOptimized ? [10, 25, 30] : []);
      if (kind === 'copies') expect(meanWay).toBeUndefined();
      else expect(meanWay).toBeGreaterThanOrEqual(kind === 'patch' && goal === 'target' ? 0.01 : 0);
      if (isOptimized) expect(curve.at(-1)?.figures).toEqual(result);
      expect(Object.keys(result)).toEqual(measures);
      for (const share of Object.values(result)) expect(share.of).toBe(4);
      expect([jpeg, rescaled].map((figures) => figures && Object.keys(figures))).toEqual(
        goal === 'crowd' ? [undefined, undefined] : [measures, measures],
      );
    }
    expect(report.attacks.find(({ goal }) => goal === 'crowd')?.meanPlaces).toBeGreaterThan(0);

    const page = await fileOf('first', 'audit.html');
    expect(page).toContain('<polyline');
    expect(page).toContain('src="data:image/webp;base64,');
    expect(page).toContain('Someone who sticks a square');
    // Titles are a merchant's text.
    expect(page).toContain('The &lt;b&gt;');
    expect(page).not.toMatch(/<script|<link|(?:src|href)="(?!data:)/);
    expect((await readdir(out('first'))).sort()).toEqual(['audit.html', 'audit.json', 'state.json']);
  },
  PATIENCE_MS,
);

test(
  'the same seed gives the same files, another one other pictures',
  async () => {
    await run('audit', ...SMALL, '--out', out('again')).ended;
    expect(await fileOf('again', 'state.json')).toBe(await fileOf('first', 'state.json'));
    expect(await fileOf('again', 'audit.json')).toBe(await fileOf('first', 'audit.json'));
    expect(await fileOf('again', 'audit.html')).toBe(await fileOf('first', 'audit.html'));
    await run('audit', ...SMALL, '--seed', '2', '--out', out('other')).ended;
    expect(await fileOf('other', 'state.json')).not.toBe(await fileOf('first', 'state.json'));
  },
  PATIENCE_MS,
);

test(
  'a finished audit is compared with other thresholds without attacking anything again',
  async () => {
    const before = await fileOf('first', 'state.json');
    const args = [...SMALL, '--max-lost', '1', '--out', out('first')];
    const { code, stdout, stderr } = await run('audit', ...args).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Kept: own product lost') });
    expect(stderr).not.toContain('Asking as an attacker');
    expect(await fileOf('first', 'state.json')).toBe(before);
  },
  PATIENCE_MS,
);

describe('stopped', () => {
  /** Many pictures, so that an audit is far from its end when it is found to have done one. */
  const PICTURES = 12;
  const LONG = ['--images', String(PICTURES), '--passes', '30'];
  const picturesDone = async (name: string): Promise<number> => {
    const text = await fileOf(name, 'state.json').catch(() => '{"pictures":[]}');
    return (JSON.parse(text) as { pictures: unknown[] }).pictures.length;
  };

  test(
    'by kill -9, it goes on where it was, and ends with what it would have found',
    async () => {
      await run('audit', ...LONG, '--out', out('whole')).ended;
      const killed = run('audit', ...LONG, '--out', out('killed'));
      await until('a picture is done', async () => (await picturesDone('killed')) > 0);
      killed.child.kill('SIGKILL');
      expect(await killed.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      const done = await picturesDone('killed');
      expect(done).toBeLessThan(PICTURES);
      await expect(fileOf('killed', 'audit.json')).rejects.toThrow('ENOENT');

      const { code, stderr } = await run('audit', ...LONG, '--out', out('killed')).ended;
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringContaining(`${done} of ${PICTURES} pictures are done; going on.`),
      });
      // Fields that were read back may have another order.
      const stateOf = async (name: string): Promise<unknown> => JSON.parse(await fileOf(name, 'state.json'));
      expect(await stateOf('killed')).toEqual(await stateOf('whole'));
      for (const file of ['audit.json', 'audit.html'])
        expect(await fileOf('killed', file)).toBe(await fileOf('whole', file));
    },
    PATIENCE_MS,
  );

  test(
    'by Ctrl-C, it ends at once, and says how to go on',
    async () => {
      const stopped = run('audit', ...LONG, '--out', out('stopped'));
      await stopped.says(/Asking as an attacker/);
      stopped.interrupt();
      expect(await stopped.ended).toMatchObject({
        code: 1,
        signal: null,
        stderr: expect.stringContaining('Run the same command again to go on.'),
      });
    },
    PATIENCE_MS,
  );

  test.each([
    ['another seed', ['--seed', '7'], /another --seed/],
    ['other passes', ['--passes', '31'], /other --passes/],
    ['another encoder', ['--encoder', 'CORNER'], /another encoder/],
  ])(
    'it does not go on with %s',
    async (_, args, complaint) => {
      const given = args.map((arg) => (arg === 'CORNER' ? cornerEncoderFolder() : arg));
      const before = await fileOf('first', 'state.json');
      const { code, stderr } = await run('audit', ...SMALL, ...given, '--out', out('first')).ended;
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(complaint) });
      expect(await fileOf('first', 'state.json')).toBe(before);
    },
    PATIENCE_MS,
  );
});

test(
  'the detector that is configured is attacked, or what is included; each needs an audit of its own',
  async () => {
    // Always the same box, whatever is done to a picture.
    for (const { goal, result } of (await reportOf('first')).attacks)
      if (goal === 'hide' || goal === 'invent')
        expect(Object.values(result)).toMatchObject([{ hits: 0, of: 4 }]);
    const { VITRINE_DETECTOR: _, ...others } = env();
    const withoutDetector = (...args: string[]) =>
      vitrine(['audit', ...SMALL, ...args], { env: others }).ended;
    const { code, stdout } = await withoutDetector('--out', out('included'));
    // One of a few fields stands out.
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^patch 10%, hides a region +region hidden +[1-9]\d*% /m),
    });
    expect(await reportOf('included')).toMatchObject({ regions: 'included' });
    expect(await withoutDetector('--out', out('first'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another detector'),
    });
  },
  PATIENCE_MS,
);

describe('a threshold', () => {
  const gate = (name: string, ...args: string[]) =>
    run(
      ...['audit', '--images', '12', '--passes', '60', '--out', out(name)],
      ...['--max-targeted', '0.2', '--max-type-flips', '0.2', ...args],
    ).ended;

  test(
    'finds an encoder that sees one corner of a picture',
    async () => {
      const { code, stdout } = await gate('corner', '--encoder', cornerEncoderFolder());
      expect({ code, stdout }).toEqual({
        code: 1,
        stdout: expect.stringMatching(/^Exceeded: target in top 10.*\nExceeded: type flipped/m),
      });
      const { attacks, thresholds } = await reportOf('corner');
      // 10 % of the picture cover the corner; 2 % cover a third of it.
      const large = attacks.find(({ id }) => id === 'patch-target-10');
      expect(large?.meanWay).toBeGreaterThan(0.9);
      expect(large?.result.target?.share).toBeGreaterThanOrEqual(0.75);
      expect(thresholds).toMatchObject([{ exceeded: true }, { exceeded: true }]);
      expect(await fileOf('corner', 'audit.html')).toContain('Exceeded: target in top 10');
    },
    PATIENCE_MS,
  );

  test(
    'lets an encoder pass that sees the whole picture',
    async () => {
      const { code, stdout } = await gate('whole-picture');
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^Kept: target in top 10.*\nKept: type flipped/m),
      });
      const { attacks } = await reportOf('whole-picture');
      for (const { result } of attacks) expect(result.target?.hits ?? 0).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'of SAME_PRODUCT needs a calibration, and is judged with it',
    async () => {
      const limit = ['--max-same-product', '0', '--images', '4', '--passes', '10'];
      const { code, stderr } = await run('audit', ...limit, '--out', out('same')).ended;
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('npx vitrine calibrate') });

      const { encoder } = await reportOf('first');
      // With it, anything is the same product.
      const credulous = { ...NEARLY_EQUAL, weights: [50, 0, 0] };
      await writeCalibration(database.db, encoder, 'same_product', credulous);
      try {
        const judged = await run('audit', ...limit, '--out', out('same')).ended;
        expect(judged).toMatchObject({
          code: 1,
          stdout: expect.stringContaining('Exceeded: wrong SAME_PRODUCT'),
        });
        expect(await reportOf('same')).toMatchObject({
          calibrated: true,
          clean: { sameProduct: { hits: 4, of: 4 } },
        });
      } finally {
        await database.db.query('DELETE FROM calibrations');
      }
    },
    PATIENCE_MS,
  );
});

test('without embeddings of the encoder, it names the remedy', async () => {
  const empty = await createTestDatabase();
  try {
    const { code, stderr } = await vitrine(['audit', '--out', out('empty')], {
      env: { DATABASE_URL: empty.url, VITRINE_DATA: join(folder, 'data'), VITRINE_DEMO: '0' },
    }).ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('npx vitrine reindex --encoder'),
    });
  } finally {
    await empty.drop();
  }
});

test.each([
  [['--images', '0'], /whole number from 1/],
  [['--passes', '1.5'], /whole number from 1/],
  [['--seed', ''], /whole number from 0/],
  [['--max-lost', '20'], /a share from 0 to 1/],
])('%j is wrong usage', async (args, complaint) => {
  const { code, stderr } = await run('audit', ...args).ended;
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(complaint) });
});

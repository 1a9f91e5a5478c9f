import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Client, type Pool, type PoolClient } from 'pg';
import { pino } from 'pino';
import { errorCode } from '../../src/platform/operator-error.js';
import { openDatabase, type Database } from '../../src/platform/postgres.js';
import { openEmbeddedIndex } from '../../src/vector-index/embedded/embedded-index.js';
import {
  MATCH_ALL,
  type IndexFilter,
  type PointPayload,
  type VectorIndex,
} from '../../src/vector-index/port.js';
import { openQdrantIndex } from '../../src/vector-index/qdrant/qdrant-index.js';
import { ReplaceableIndex } from '../../src/vector-index/replaceable.js';
import { tag } from '../../src/projection/tags.js';
import { fillIndex } from '../../src/sync/fill-index.js';
import { followChanges, type ChangeFollower } from '../../src/sync/follow-changes.js';
import { positionInMemory, positionInPostgres } from '../../src/sync/position.js';
import { generator } from '../vector-index/contract.js';
import { ENCODER, seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { createTestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { noQdrant, testCollection } from '../support/qdrant.js';

const WORKERS = 4;
const PRODUCTS = 12;
/** One writes, one commits late, and one writes in the middle of a projection. */
const WRITERS = 3;
const WRITES = 80;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** Share of a worker's steps that go wrong. */
const FAULTY = 0.2;
/** A late step comes after this many steps of other workers, unless it comes last of all. */
const LATE_STEPS = 4;
const SEED_TIMEOUT_MS = 60_000;

/** The steps of a worker: statements by a part of their text, and calls to the index. */
const STATEMENTS = ['sync.changes', 'projection.products', 'sync.keepPosition', 'COMMIT'] as const;
const CALLS = ['deleteImages', 'upsert', 'setPayloads'] as const;
type Statement = (typeof STATEMENTS)[number];
type Step = Statement | (typeof CALLS)[number];

const FAULTS = [
  'dies before it',
  'dies after it',
  'does it twice',
  'loses its claim before it',
  'loses its claim and does it after others',
] as const;

const isCall = (step: Step): boolean => CALLS.some((call) => call === step);

/** Injects faults into the workers' steps: each kind of fault in turn, at each step. */
class Chaos {
  calm = false;
  readonly #random: () => number;
  /** Finished steps of any worker. */
  #finished = 0;
  /** Workers that wait until the end; at least one always works. */
  #waiting = 0;
  #end = (): void => undefined;
  readonly #ended = new Promise<void>((resolve) => (this.#end = resolve));

  constructor(
    seed: number,
    /** How many faults each step has had so far; the next kind of fault follows from it. */
    private readonly faults: Map<Step, number>,
    private readonly db: Database,
    /** Runs between a projection and the write of its result. */
    private readonly meanwhile: () => Promise<void>,
  ) {
    this.#random = generator(seed);
  }

  async at<T>(step: Step, perform: () => Promise<T>): Promise<T> {
    const result = await this.#faulty(step, perform);
    if (step === 'COMMIT') this.#finished++;
    if (step === 'projection.products' && !this.calm && this.#random() < FAULTY) await this.meanwhile();
    return result;
  }

  async #faulty<T>(step: Step, perform: () => Promise<T>): Promise<T> {
    if (this.calm || this.#random() > FAULTY) return perform();
    const before = this.faults.get(step) ?? 0;
    this.faults.set(step, before + 1);
    const fault = FAULTS[before % FAULTS.length] ?? FAULTS[0];
    if (fault === 'dies before it') throw new Error(fault);
    if (fault.startsWith('loses')) await this.#endClaims();
    if (fault.endsWith('after others')) await this.#othersFinish(isCall(step));
    const result = await perform();
    if (fault === 'does it twice') return perform();
    if (fault === 'dies after it') throw new Error(fault);
    return result;
  }

  /** As a restart of Postgres does, or a proxy that closes idle connections. */
  async #endClaims(): Promise<void> {
    await this.db.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'vitrine' AND state LIKE 'idle in transaction%'`,
    );
  }

  async #othersFinish(mayBeLast: boolean): Promise<void> {
    if (mayBeLast && this.#waiting < WORKERS - 1 && this.#random() < 0.7) {
      this.#waiting++;
      await this.#ended;
      return;
    }
    const enough = this.#finished + 1 + Math.floor(this.#random() * LATE_STEPS);
    while (this.#finished < enough && !this.calm) await sleep(5);
  }

  /** Runs the steps that were delayed until the end. */
  end(): void {
    this.#end();
  }

  /** The index, with faults. */
  index(index: VectorIndex): VectorIndex {
    return Object.assign(new ReplaceableIndex(index), {
      upsert: (...args: Parameters<VectorIndex['upsert']>) =>
        args[0].length === 0 ? undefined : this.at('upsert', () => index.upsert(...args)),
      setPayloads: (...args: Parameters<VectorIndex['setPayloads']>) =>
        args[0].length === 0 ? undefined : this.at('setPayloads', () => index.setPayloads(...args)),
      deleteImages: (...args: Parameters<VectorIndex['deleteImages']>) =>
        args[0].length === 0 ? undefined : this.at('deleteImages', () => index.deleteImages(...args)),
    });
  }

  /** The database, with faults. */
  queries<T extends Pool | PoolClient>(db: T): T {
    return new Proxy(db, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const call = (): unknown => Reflect.apply(value, target, args);
          const step = key === 'query' ? stepOf(args[0]) : undefined;
          if (step !== undefined) return this.at(step, async () => call());
          return key === 'connect' && 'totalCount' in target
            ? target.connect().then((client) => this.queries(client))
            : call();
        };
      },
    });
  }
}

function stepOf(statement: unknown): Statement | undefined {
  const text =
    typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement;
  return STATEMENTS.find((step) => String(text).includes(step));
}

/** A locked row, a deadlock, or a row that another writer deleted or inserted in the meantime: nothing is written. */
const LOST_RACE = /^(55P03|40P01|23503|23505)$/;

/** Writes to a shop at random: each write is one transaction. */
class Writer {
  readonly #random: () => number;
  #named = 0;

  private constructor(
    private readonly number: number,
    seed: number,
    private readonly client: Client,
  ) {
    this.#random = generator(seed * WRITERS + number);
  }

  /** `number` is below WRITERS, and different for each writer. */
  static async open(url: string, number: number, seed: number): Promise<Writer> {
    const client = new Client({ connectionString: url, application_name: 'writer' });
    await client.connect();
    // Rows that another transaction holds are skipped.
    await client.query(`SET lock_timeout = '20ms'`);
    return new Writer(number, seed, client);
  }

  async write(): Promise<void> {
    await this.client.query(this.#statement()).catch((error: unknown) => {
      if (!LOST_RACE.test(errorCode(error) ?? '')) throw error;
    });
  }

  async begin(): Promise<void> {
    await this.client.query('BEGIN');
    await this.client.query(this.#addProduct());
  }

  commit = () => this.client.query('COMMIT');
  close = () => this.client.end();

  #pick(table: string, column = 'id'): string {
    const from = `FROM (SELECT DISTINCT ${column} FROM ${table}) AS one`;
    return `(SELECT ${column} ${from} ORDER BY ${column}
      OFFSET floor(${this.#random()} * (SELECT count(*) ${from})) LIMIT 1)`;
  }

  #statement(): string {
    const product = this.#pick('products');
    const image = this.#pick('product_images');
    const hash = this.#pick('product_images', 'sha256');
    const stock = `UPDATE stock_levels SET on_hand = 5 - on_hand WHERE sku_id = ${this.#pick('skus')}`;
    const moved = `UPDATE product_images SET product_id = ${product}, position = ${this.#name()} WHERE id = ${image}`;
    const encoded = `UPDATE embeddings SET vector = ${this.#vector()} WHERE sha256 = ${hash}`;
    const attribute = `'color', '${['red', 'green', 'blue'][Math.floor(this.#random() * 3)] ?? ''}'`;
    const statements = [
      stock,
      stock,
      `UPDATE prices SET amount = ${1_000 + Math.floor(this.#random() * 9) * 500} WHERE sku_id = ${this.#pick('skus')}`,
      `INSERT INTO product_attributes SELECT id, ${attribute} FROM products WHERE id = ${product} ON CONFLICT DO NOTHING`,
      `DELETE FROM product_attributes WHERE product_id = ${product}`,
      this.#addProduct(),
      `DELETE FROM products WHERE id = ${product}`,
      `DELETE FROM products WHERE id = ${product}; ${this.#addProduct()}`,
      this.#addImage(product),
      `DELETE FROM product_images WHERE id = ${image}`,
      `DELETE FROM product_images WHERE product_id = ${product}; ${this.#addImage(product)}`,
      moved,
      encoded,
      `DELETE FROM embeddings WHERE sha256 = ${hash}`,
    ];
    return statements[Math.floor(this.#random() * statements.length)] ?? '';
  }

  #addProduct(): string {
    const name = this.#name();
    return `
      INSERT INTO products (handle, title, category_id)
        SELECT 'new-${name}', 'New', id FROM categories ORDER BY id OFFSET ${name % 4} LIMIT 1;
      INSERT INTO skus (product_id, code) SELECT id, 'NEW-${name}' FROM products WHERE handle = 'new-${name}';
      INSERT INTO prices (price_list_id, sku_id, amount)
        SELECT price_lists.id, skus.id, 2000 FROM price_lists, skus WHERE code = 'NEW-${name}';
      INSERT INTO stock_levels (sku_id, location_id, on_hand)
        SELECT skus.id, stock_locations.id, 5 FROM stock_locations, skus WHERE code = 'NEW-${name}';
      ${this.#addImage(`(SELECT id FROM products WHERE handle = 'new-${name}')`)};
      ${this.#addImage(`(SELECT id FROM products WHERE handle = 'new-${name}')`)}`;
  }

  #addImage(product: string): string {
    const name = this.#name();
    return `
      INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
        SELECT id, ${name}, sha256('${name}'), 'new', 4, 5, '\\x00', '#808080' FROM products WHERE id = ${product};
      INSERT INTO embeddings SELECT id, dimension, sha256('${name}'), ${this.#vector()} FROM encoders`;
  }

  #vector(): string {
    const vector = Float32Array.from({ length: ENCODER.dimension }, () => this.#random() - 0.5);
    const length = Math.hypot(...vector);
    return `'\\x${Buffer.from(vector.map((x) => x / length).buffer).toString('hex')}'`;
  }

  /** A number that no other writer uses. */
  #name(): number {
    return this.#named++ * WRITERS + this.number;
  }
}

/** Everything ever written to an index: outdated data must no longer be found. */
class Witness {
  readonly #tags = new Set<string>();
  readonly #prices = new Map<string, Set<number>>();
  readonly #vectors = new Map<string, Float32Array>();

  index(index: VectorIndex): VectorIndex {
    const see = ({ tags, numbers }: PointPayload): void => {
      for (const tag of tags) this.#tags.add(tag);
      for (const [field, amount] of Object.entries(numbers))
        this.#prices.set(field, (this.#prices.get(field) ?? new Set()).add(amount));
    };
    return Object.assign(new ReplaceableIndex(index), {
      upsert: (...[points, revision]: Parameters<VectorIndex['upsert']>) => {
        for (const { vector, payload } of points) {
          this.#vectors.set(vector.join(), vector);
          see(payload);
        }
        return index.upsert(points, revision);
      },
      setPayloads: (...[payloads, revision]: Parameters<VectorIndex['setPayloads']>) => {
        for (const { payload } of payloads) see(payload);
        return index.setPayloads(payloads, revision);
      },
    });
  }

  /** The index's answers, by question. */
  async ask(index: VectorIndex): Promise<Map<string, unknown>> {
    const filters: IndexFilter[] = [
      ...[...this.#tags].map((tag) => ({ ...MATCH_ALL, clauses: [[tag]] })),
      ...[...this.#prices].flatMap(([field, amounts]) =>
        [...amounts].map((amount) => ({ ...MATCH_ALL, ranges: [{ field, min: amount, max: amount }] })),
      ),
    ];
    const requests = [
      ...[...this.#vectors.values()].map((vector) => ({ vector, filter: MATCH_ALL, limit: 1_000 })),
      ...filters.map((filter) => ({ vector: Float32Array.of(1, 0, 0, 0), filter, limit: 1_000 })),
    ];
    const answers = new Map<string, unknown>([['images', await index.count()]]);
    for (let i = 0; i < requests.length; i += 100) {
      const some = requests.slice(i, i + 100);
      const results = await index.search(some);
      for (const [k, request] of some.entries())
        answers.set(JSON.stringify([Array.from(request.vector), request.filter]), results[k]?.matches);
    }
    return answers;
  }
}

/** Follows a shop through faults; returns how the index's answers differ from those of a newly loaded index. */
async function follow(
  seed: number,
  open: () => Promise<VectorIndex>,
  faults: Map<Step, number>,
): Promise<unknown[]> {
  const database = await createTestDatabase();
  const { db, url } = database;
  await seedMarkets(db);
  for (let i = 0; i < PRODUCTS; i++)
    await seedProduct(db, { handle: `p${i}`, vectors: [[1, i, 0, 0]], skus: [{ code: `P${i}` }] });

  const [index, fresh] = [await open(), await open()];
  const witness = new Witness();
  const fill = { db, encoder: ENCODER, progress: silentProgress };
  const keeper = (of: Database) => positionInPostgres(of, 'shared', ENCODER.id, () => Promise.resolve(true));
  await keeper(db).fill((lost) => fillIndex(fill, witness.index(index), lost));

  const [writer, slow, sudden] = await Promise.all(
    Array.from({ length: WRITERS }, (_, number) => Writer.open(url, number, seed)),
  );
  if (writer === undefined || slow === undefined || sudden === undefined) throw new Error('WRITERS');
  const chaos = new Chaos(seed, faults, db, () => sudden.write());
  const followWith = (own: Database, to: VectorIndex): ChangeFollower =>
    followChanges({
      db: own,
      index: to,
      encoder: ENCODER.id,
      position: keeper(own),
      isLost: () => false,
      rebuild: () => Promise.reject(new Error('nothing was pruned')),
      log: pino({ level: 'silent' }),
    });
  const workers = Array.from({ length: WORKERS }, () => {
    const pool = openDatabase(url, () => undefined);
    return { pool, follower: followWith(chaos.queries(pool), chaos.index(witness.index(index))) };
  });
  const untilCalm = async ({ follower }: { follower: ChangeFollower }): Promise<void> => {
    while (!chaos.calm) await follower.catchUp().catch(() => undefined);
  };
  try {
    const following = workers.map(untilCalm);
    const random = generator(seed);
    for (let i = 0; i < WRITES; i++) {
      if (i % 8 === 0) await slow.begin();
      await writer.write();
      // Earlier writes become visible after those of later transactions.
      if (i % 8 === 5) await slow.commit();
      await sleep(random() * 25);
    }
    chaos.calm = true;
    const last = followWith(db, witness.index(index));
    await last.catchUp().finally(() => last.close());
    chaos.end();
    await Promise.all(following);
    await fillIndex(fill, witness.index(fresh), new AbortController().signal);

    const [followed, anew] = [await witness.ask(index), await witness.ask(fresh)];
    return [...anew]
      .filter(([question, answer]) => !isDeepStrictEqual(followed.get(question), answer))
      .map(([question, answer]) => ({ question, followed: followed.get(question), anew: answer }));
  } finally {
    chaos.calm = true;
    chaos.end();
    for (const { follower, pool } of workers) {
      await follower.close();
      await pool.end();
    }
    for (const one of [writer, slow, sudden]) await one.close();
    for (const one of [index, fresh]) await one.close();
    await database.drop();
  }
}

// Failed on 2026-11-24 with an embedded index that accepts any payload, any point of an image that it has, or any
// deletion, whatever the revision, and with one that forgets deletions at once: each for some of the seeds.
describe('workers that die, stall and repeat themselves leave the index as one that is loaded anew', () => {
  const faults = new Map<Step, number>();

  test.each(SEEDS)(
    'embedded, seed %i',
    async (seed) => {
      const open = () => openEmbeddedIndex({ dimension: ENCODER.dimension });
      expect(await follow(seed, open, faults)).toEqual([]);
    },
    SEED_TIMEOUT_MS,
  );

  (noQdrant === undefined ? test.each(SEEDS) : test.skip.each([`: ${noQdrant}`]))(
    'Qdrant, seed %s',
    async (seed) => {
      const collections = [testCollection(), testCollection()];
      const left = [...collections];
      const open = () => {
        const next = left.pop();
        if (next === undefined) throw new Error('two are opened');
        const { apiKey, ...server } = next;
        return openQdrantIndex({
          ...server,
          ...(apiKey === null ? {} : { apiKey }),
          encoder: ENCODER.id,
          dimension: ENCODER.dimension,
        });
      };
      try {
        expect(await follow(Number(seed), open, faults)).toEqual([]);
      } finally {
        for (const collection of collections) await collection.drop();
      }
    },
    SEED_TIMEOUT_MS,
  );

  test('and everything went wrong at every step', () => {
    expect([...faults.keys()].sort()).toEqual([...STATEMENTS, ...CALLS].sort());
    expect(Math.min(...faults.values())).toBeGreaterThanOrEqual(FAULTS.length);
  });
});

// Failed on 2026-11-24 with a follower that stores the position from after the projection.
test('a product that changes while it is being projected is projected again', async () => {
  const database = await createTestDatabase();
  const { db } = database;
  const index = await openEmbeddedIndex({ dimension: ENCODER.dimension });
  const position = positionInMemory();
  await seedMarkets(db);
  await seedProduct(db, { handle: 'shirt', vectors: [[1, 0, 0, 0]], skus: [{ code: 'SHIRT' }] });
  await position.fill((lost) => fillIndex({ db, encoder: ENCODER, progress: silentProgress }, index, lost));
  let projected = 0;
  const sellsOut = Object.assign(new ReplaceableIndex(index), {
    // It has been projected by then.
    setPayloads: async (...args: Parameters<VectorIndex['setPayloads']>) => {
      if (args[0].length > 0 && projected++ === 0) await setStock(db, 'SHIRT', 0);
      await index.setPayloads(...args);
    },
  });
  const follower = followChanges({
    db,
    index: sellsOut,
    encoder: ENCODER.id,
    position,
    isLost: () => false,
    rebuild: () => Promise.reject(new Error('nothing was pruned')),
    log: pino({ level: 'silent' }),
  });
  try {
    await db.query('UPDATE prices SET amount = amount + 1');
    await follower.catchUp();
    await follower.catchUp();
    expect(projected).toBe(2);
    const filter = { ...MATCH_ALL, clauses: [[tag.sellable('eu')]] };
    const [found] = await index.search([{ vector: Float32Array.of(1, 0, 0, 0), filter, limit: 1 }]);
    expect(found?.matches).toEqual([]);
  } finally {
    await follower.close();
    await index.close();
    await database.drop();
  }
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { type Scope, SCOPES } from '../../src/access/caller.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { expectNoDrift } from '../support/holds.js';
import { SHOP, shopperHeaders } from '../support/shoppers.js';

/**
 * Callers try to reach what belongs to others, with everything that takes an id or an idempotency key. A model says who
 * may. Seen to fail (2026-11-28) without the shopper in each part of hold_is_open, in `reachable` of board.store.ts, in
 * board.list, in pin.byKey, and in idempotency_replay, and without requireChannel in Context.enter; and (2026-11-30) without
 * it in `reachable` of design-job.store.ts and of design.store.ts, and in design.list.
 */
const RUNS = Number(process.env['ISOLATION_RUNS'] ?? 40);
const STEPS = 30;
const TIMEOUT_MS = 180_000;
/** More than all runs hold. */
const PLENTY = 1_000_000;

type Channel = 'eu' | 'us';
interface Key {
  readonly scopes: readonly Scope[];
  readonly channels: readonly Channel[];
}
const KEYS = {
  none: { scopes: READER, channels: [] },
  shop: { scopes: SCOPES, channels: [] },
  rival: { scopes: SCOPES, channels: [] },
  app: { scopes: READER, channels: [] },
  checkout: { scopes: ['catalog:read', 'holds:confirm'], channels: [] },
  american: { scopes: SCOPES, channels: ['us'] },
} as const satisfies Record<string, Key>;
type KeyName = keyof typeof KEYS;

interface Actor {
  readonly key: KeyName;
  readonly shopper: string | null;
}

const keyNames = z.enum(['none', 'shop', 'rival', 'app', 'checkout', 'american']).options;
const actor = fc.record<Actor>({
  key: fc.constantFrom(...keyNames),
  shopper: fc.constantFrom(null, 'ada', 'bob'),
});
const channel = fc.constantFrom<Channel>('eu', 'us');
const nth = fc.nat({ max: 50 });

const HOLD_TRIES = [
  'hold',
  'node',
  'nodes',
  'holdExtend',
  'holdReplace',
  'holdConfirm',
  'holdRelease',
] as const;
const BOARD_TRIES = [
  ...(['board', 'node', 'nodes', 'ideas', 'like', 'unlike'] as const),
  ...(['boardUpdate', 'pinAdd', 'pinRemove', 'pinNode', 'boardDelete'] as const),
];
const DESIGN_TRIES = [
  ...(['designJob', 'design', 'node', 'nodes', 'designNode'] as const),
  ...(['designCancel', 'designDelete'] as const),
];
const WATCH_TRIES = [...(['watch', 'event', 'node', 'nodes', 'eventNode', 'watchDelete'] as const)];
type Step =
  | {
      readonly kind: 'makeHold' | 'makeBoard' | 'makeDesign' | 'makeWatch';
      readonly as: Actor;
      readonly channel: Channel;
      readonly key: number;
    }
  | {
      readonly kind: 'tryHold';
      readonly as: Actor;
      readonly channel: Channel;
      readonly nth: number;
      readonly isNear: boolean;
      readonly by: (typeof HOLD_TRIES)[number];
    }
  | {
      readonly kind: 'tryBoard';
      readonly as: Actor;
      readonly nth: number;
      readonly isNear: boolean;
      readonly by: (typeof BOARD_TRIES)[number];
    }
  | {
      readonly kind: 'tryDesign';
      readonly as: Actor;
      readonly nth: number;
      readonly isNear: boolean;
      readonly by: (typeof DESIGN_TRIES)[number];
    }
  | {
      readonly kind: 'tryWatch';
      readonly as: Actor;
      readonly nth: number;
      readonly isNear: boolean;
      readonly by: (typeof WATCH_TRIES)[number];
    }
  | { readonly kind: 'list'; readonly as: Actor };

/** Few keys, so that callers often use the same. */
const idempotencyKey = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('makeHold', 'makeBoard', 'makeDesign', 'makeWatch'),
      as: actor,
      channel,
      key: idempotencyKey,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('tryHold'),
      as: actor,
      channel,
      nth,
      isNear: fc.boolean(),
      by: fc.constantFrom(...HOLD_TRIES),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('tryBoard'),
      as: actor,
      nth,
      isNear: fc.boolean(),
      by: fc.constantFrom(...BOARD_TRIES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('tryDesign'),
      as: actor,
      nth,
      isNear: fc.boolean(),
      by: fc.constantFrom(...DESIGN_TRIES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('tryWatch'),
      as: actor,
      nth,
      isNear: fc.boolean(),
      by: fc.constantFrom(...WATCH_TRIES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('list'), as: actor }) },
);

interface Thing {
  readonly id: string;
  readonly by: Actor;
}
interface Hold extends Thing {
  readonly channel: Channel;
  status: string;
}
interface Board extends Thing {
  readonly pin: string;
  title: string;
}

/** A watch that has told of something; `id` is its own. */
interface Watch extends Thing {
  readonly event: string;
}

/** A job that is done; `id` is its own. */
interface DesignJob extends Thing {
  readonly design: string;
}

/** Another shopper of the same key is more likely than chance makes it to reach what it should not. */
const nearer = ({ as, isNear }: { readonly as: Actor; readonly isNear: boolean }, { by }: Thing): Actor =>
  isNear ? { ...as, key: by.key } : as;

let gateway: TestGateway;
let secrets: Readonly<Record<KeyName, string | undefined>>;
const product = toGlobalId('Product', 1);
const sku = toGlobalId('Sku', 1);
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      for (const [n, vector] of [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ].entries()) {
        await seedProduct(db, {
          handle: `shirt-${n}`,
          vectors: [vector],
          skus: [{ code: `S${n}`, prices: { eu: 1_000, us: 1_000 }, stock: { paris: PLENTY } }],
        });
      }
    },
    { shoppers: SHOP, guestLimits: { share: 1, units: PLENTY, activeUnits: PLENTY, holds: PLENTY } },
  );
  const seed = (name: KeyName): Promise<string> => seedApiKey(gateway.db, { name, ...KEYS[name] });
  secrets = {
    none: undefined,
    shop: await seed('shop'),
    rival: await seed('rival'),
    app: await seed('app'),
    checkout: await seed('checkout'),
    american: await seed('american'),
  };
});
afterAll(async () => {
  await expectNoDrift(gateway.db);
  await gateway.close();
});

const may = ({ key }: Actor, scope: Scope): boolean => new Set<Scope>(KEYS[key].scopes).has(scope);
const isIn = ({ key }: Actor, name: Channel): boolean => {
  const channels: readonly Channel[] = KEYS[key].channels;
  return channels.length === 0 || channels.includes(name);
};
const isSame = (a: Actor, b: Actor): boolean => a.key === b.key && a.shopper === b.shopper;
const isNobody = ({ key, shopper }: Actor): boolean => key === 'none' && shopper === null;

/** A board, a design, or a watch. */
const reachesOwn = (as: Actor, { by }: Thing): boolean =>
  may(as, 'boards') && (isSame(as, by) || isNobody(by));
const reachesHold = (as: Actor, where: Channel, { by, channel: of }: Hold): boolean =>
  where === of &&
  (isSame(as, by) ||
    isNobody(by) ||
    // A checkout: of guests and of its own key, and with a shopper only of that one.
    (may(as, 'holds:confirm') &&
      (by.key === as.key || !may(by, 'holds:create')) &&
      (as.shopper === null || as.shopper === by.shopper)));

async function ask(as: Actor, document: string, variables: Record<string, unknown>) {
  const headers = await shopperHeaders(as.shopper);
  const { data, errors } = await gateway.ask(document, variables, secrets[as.key], headers);
  return {
    data: z.record(z.string(), z.unknown()).nullish().parse(data) ?? {},
    codes: errors.map(({ code }) => code),
  };
}

const payload = z.object({
  board: z.object({ id: z.string() }).nullish(),
  hold: z.object({ id: z.string(), status: z.string() }).nullish(),
  job: z.object({ id: z.string() }).nullish(),
  watch: z.object({ id: z.string() }).nullish(),
  userErrors: z.array(z.object({ code: z.string() })),
});
type Written =
  { readonly refused: string } | { readonly id: string | null; readonly codes: readonly string[] };

/** Sends a mutation; returns the code of an error, or what it wrote and its user errors. */
async function write(as: Actor, name: string, input: object, where?: Channel): Promise<Written> {
  const type = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}Input!`;
  const object = /Delete$/.test(name)
    ? ''
    : /^hold/.test(name)
      ? 'hold { id status }'
      : /^design/.test(name)
        ? 'job { id }'
        : /^watch/.test(name)
          ? 'watch { id }'
          : 'board { id }';
  const directive = where === undefined ? '' : `@inContext(channel: "${where}")`;
  const document = `mutation ($input: ${type}) ${directive} { write: ${name}(input: $input) { ${object} userErrors { code } } }`;
  const { data, codes } = await ask(as, document, { input });
  if (codes.length > 0) return { refused: codes.join() };
  const { board, hold, job, watch, userErrors } = payload.parse(data['write']);
  return {
    id: board?.id ?? hold?.id ?? job?.id ?? watch?.id ?? null,
    codes: userErrors.map(({ code }) => code),
  };
}

/** Whether a query finds anything at the field `found`. */
async function finds(as: Actor, document: string, variables: Record<string, unknown>): Promise<boolean> {
  const { data, codes } = await ask(as, document, variables);
  const { found = null } = data;
  const isFound = Array.isArray(found) ? found[0] !== null : found !== null;
  if (isFound && codes.length > 0) throw new Error(codes.join());
  return isFound;
}

const refusalOf = ({ key }: Actor): string => (key === 'none' ? 'UNAUTHENTICATED' : 'FORBIDDEN');

class World {
  readonly holds: Hold[] = [];
  readonly boards: Board[] = [];
  readonly jobs: DesignJob[] = [];
  readonly watches: Watch[] = [];
  /** What calls with idempotency keys returned, by caller, operation, channel, and key. */
  readonly answers = new Map<string, string>();

  constructor(private readonly run: number) {}

  async do(one: Step): Promise<void> {
    switch (one.kind) {
      case 'makeHold':
        return this.#makeHold(one.as, one.channel, one.key);
      case 'makeBoard':
        return this.#makeBoard(one.as, one.key);
      case 'makeDesign':
        return this.#makeDesign(one.as, one.channel, one.key);
      case 'makeWatch':
        return this.#makeWatch(one.as, one.channel, one.key);
      case 'tryWatch': {
        const watch = this.watches[one.nth % Math.max(this.watches.length, 1)];
        return watch && this.#tryWatch(nearer(one, watch), watch, one.by);
      }
      case 'tryHold': {
        const hold = this.holds[one.nth % Math.max(this.holds.length, 1)];
        return hold && this.#tryHold(nearer(one, hold), one.channel, hold, one.by);
      }
      case 'tryBoard': {
        const board = this.boards[one.nth % Math.max(this.boards.length, 1)];
        return board && this.#tryBoard(nearer(one, board), board, one.by);
      }
      case 'tryDesign': {
        const job = this.jobs[one.nth % Math.max(this.jobs.length, 1)];
        return job && this.#tryDesign(nearer(one, job), job, one.by);
      }
      case 'list':
        return this.#list(one.as);
    }
  }

  /** A call that is repeated by the same caller has the answer of the first; nobody else’s has. */
  #isRepeated(as: Actor, call: string, id: string): boolean {
    const name = JSON.stringify([as.key, as.shopper, call]);
    const before = this.answers.get(name);
    if (before === undefined) {
      expect([...this.answers.values()]).not.toContain(id);
      this.answers.set(name, id);
      return false;
    }
    expect(id).toBe(before);
    return true;
  }

  async #makeHold(as: Actor, where: Channel, key: number): Promise<void> {
    const input = { lines: [{ sku, quantity: 1 }], idempotencyKey: `${this.run} hold ${where} ${key}` };
    const written = await write(as, 'holdCreate', input, where);
    if (!isIn(as, where)) {
      expect(written).toEqual({ refused: 'FORBIDDEN' });
      return;
    }
    expect(written).toEqual({ id: expect.any(String), codes: [] });
    const id = 'id' in written ? (written.id ?? '') : '';
    if (!this.#isRepeated(as, `hold ${where} ${key}`, id))
      this.holds.push({ id, by: as, channel: where, status: 'ACTIVE' });
  }

  async #makeBoard(as: Actor, key: number): Promise<void> {
    const input = { title: 'Mine', idempotencyKey: `${this.run} board ${key}` };
    const written = await write(as, 'boardCreate', input);
    if (!may(as, 'boards')) {
      expect(written).toEqual({ refused: refusalOf(as) });
      return;
    }
    expect(written).toEqual({ id: expect.any(String), codes: [] });
    const id = 'id' in written ? (written.id ?? '') : '';
    if (this.#isRepeated(as, `board ${key}`, id)) return;
    expect(await write(as, 'pinAdd', { board: id, product })).toEqual({ id, codes: [] });
    const { data } = await ask(as, 'query ($id: ID!) { board(id: $id) { pins { nodes { id } } } }', { id });
    const found = z
      .object({ board: z.object({ pins: z.object({ nodes: z.array(z.object({ id: z.string() })) }) }) })
      .parse(data);
    this.boards.push({ id, by: as, pin: found.board.pins.nodes[0]?.id ?? '', title: 'Mine' });
  }

  /** Orders a design, and does the work of its worker: a caller can have few jobs that wait. */
  async #makeDesign(as: Actor, where: Channel, key: number): Promise<void> {
    const input = {
      query: { like: [{ product }] },
      count: 1,
      idempotencyKey: `${this.run} design ${where} ${key}`,
    };
    const written = await write(as, 'designCreate', input, where);
    if (!may(as, 'boards') || !isIn(as, where)) {
      expect(written).toEqual({ refused: may(as, 'boards') ? 'FORBIDDEN' : refusalOf(as) });
      return;
    }
    expect(written).toEqual({ id: expect.any(String), codes: [] });
    const id = 'id' in written ? (written.id ?? '') : '';
    if (this.#isRepeated(as, `design ${where} ${key}`, id)) return;
    const { rows } = await gateway.db.query<{ id: string }>(
      `WITH job AS (
         UPDATE design_jobs SET state = 'DONE', ended_at = now() WHERE id = $1 RETURNING id, owner, shopper)
       INSERT INTO designs (job_id, owner, shopper, position, sha256, width, height, thumbhash, dominant_color, similarity, finished)
       SELECT id, owner, shopper, 0, sha256('design'), 4, 5, '', '#808080', 0.5, true FROM job RETURNING id`,
      [rowOf(id)],
    );
    this.jobs.push({ id, by: as, design: toGlobalId('Design', rows[0]?.id ?? '') });
  }

  /** Creates a watch, and does the work of the follower. */
  async #makeWatch(as: Actor, where: Channel, key: number): Promise<void> {
    const input = {
      query: { like: [{ product }] },
      minScore: 0.5,
      idempotencyKey: `${this.run} watch ${where} ${key}`,
    };
    const written = await write(as, 'watchCreate', input, where);
    if (!may(as, 'boards') || !isIn(as, where)) {
      expect(written).toEqual({ refused: may(as, 'boards') ? 'FORBIDDEN' : refusalOf(as) });
      return;
    }
    expect(written).toEqual({ id: expect.any(String), codes: [] });
    const id = 'id' in written ? (written.id ?? '') : '';
    if (this.#isRepeated(as, `watch ${where} ${key}`, id)) return;
    // Few belong to one network, and this test makes more.
    const { rows } = await gateway.db.query<{ uuid: string }>(
      `WITH watch AS (UPDATE watches SET line = sha256(id::text::bytea) WHERE id = $1 RETURNING number)
       INSERT INTO watch_events (watch, product_id, crossing, amount) SELECT number, 1, 1, 100 FROM watch RETURNING uuid`,
      [rowOf(id)],
    );
    this.watches.push({ id, by: as, event: toGlobalId('WatchEvent', rows[0]?.uuid ?? '') });
  }

  async #tryHold(as: Actor, where: Channel, hold: Hold, by: (typeof HOLD_TRIES)[number]): Promise<void> {
    const reaches = isIn(as, where) && reachesHold(as, where, hold);
    if (by === 'holdExtend' || by === 'holdReplace' || by === 'holdConfirm' || by === 'holdRelease') {
      const more = by === 'holdReplace' ? { lines: [{ sku, quantity: 1 }] } : {};
      const written = await write(as, by, { hold: hold.id, ...more }, where);
      if (!isIn(as, where)) expect(written).toEqual({ refused: 'FORBIDDEN' });
      else if (by === 'holdConfirm' && !may(as, 'holds:confirm')) {
        expect(written).toEqual({ refused: refusalOf(as) });
      } else if (!reaches) expect(written).toEqual({ id: null, codes: ['NOT_FOUND'] });
      else if (hold.status !== 'ACTIVE') expect(written).toEqual({ id: hold.id, codes: ['HOLD_NOT_ACTIVE'] });
      else {
        expect(written).toEqual({ id: hold.id, codes: [] });
        if (by === 'holdConfirm' || by === 'holdRelease')
          hold.status = by === 'holdConfirm' ? 'CONFIRMED' : 'RELEASED';
      }
    } else {
      const field = {
        hold: 'hold(id: $id) { status }',
        node: 'node(id: $id) { id }',
        nodes: 'nodes(ids: [$id]) { id }',
      }[by];
      const document = `query ($id: ID!) @inContext(channel: "${where}") { found: ${field} }`;
      expect(await finds(as, document, { id: hold.id })).toBe(reaches);
    }
  }

  async #tryBoard(as: Actor, board: Board, by: (typeof BOARD_TRIES)[number]): Promise<void> {
    const { id, pin } = board;
    const reaches = reachesOwn(as, board);
    const expectWritten = (written: Written): void =>
      expect(written).toEqual(
        !may(as, 'boards')
          ? { refused: refusalOf(as) }
          : reaches
            ? { id, codes: [] }
            : { id: null, codes: ['NOT_FOUND'] },
      );
    const search = (list: string): string =>
      `query ($id: ID!) { found: visualSearch(query: { ${list} }) { nodes { id } } }`;
    switch (by) {
      case 'boardUpdate':
        expectWritten(await write(as, by, { board: id, title: `By ${as.key}` }));
        if (reaches) board.title = `By ${as.key}`;
        return;
      case 'pinAdd': {
        expectWritten(await write(as, by, { board: id, product }));
        return;
      }
      case 'pinRemove': {
        const written = await write(as, by, { board: id, pin });
        expectWritten(written);
        if (reaches) {
          await gateway.db.query(
            `INSERT INTO pins (id, board_id, product_id, positive) OVERRIDING SYSTEM VALUE SELECT $1, id, 1, true FROM boards WHERE id = $2`,
            [rowOf(pin), rowOf(id)],
          );
        }
        return;
      }
      case 'boardDelete':
        // The others still need it.
        if (!reaches) expectWritten(await write(as, by, { board: id }));
        return;
      case 'pinNode': {
        const isListed = may(as, 'boards') && isSame(as, board.by) && !isNobody(board.by);
        expect(await finds(as, 'query ($id: ID!) { found: node(id: $id) { id } }', { id: pin })).toBe(
          isListed,
        );
        return;
      }
      default: {
        const document = {
          board: 'query ($id: ID!) { found: board(id: $id) { title } }',
          ideas: 'query ($id: ID!) { found: board(id: $id) { ideas { nodes { id } } } }',
          node: 'query ($id: ID!) { found: node(id: $id) { id } }',
          nodes: 'query ($id: ID!) { found: nodes(ids: [$id]) { id } }',
          like: search('like: [{ board: $id }]'),
          unlike: search(`like: [{ product: "${product}" }], unlike: [{ board: $id, weight: 0.1 }]`),
        }[by];
        expect(await finds(as, document, { id })).toBe(reaches);
      }
    }
  }

  async #tryDesign(as: Actor, job: DesignJob, by: (typeof DESIGN_TRIES)[number]): Promise<void> {
    const reaches = reachesOwn(as, job);
    if (by === 'designCancel' || by === 'designDelete') {
      // The others still need it.
      if (by === 'designDelete' && reaches) return;
      const written = await write(as, by, by === 'designCancel' ? { job: job.id } : { design: job.design });
      if (!may(as, 'boards')) expect(written).toEqual({ refused: refusalOf(as) });
      else if (!reaches) expect(written).toEqual({ id: null, codes: ['NOT_FOUND'] });
      else expect(written).toEqual({ id: job.id, codes: [] });
      return;
    }
    const { field, id } = {
      designJob: { field: 'designJob(id: $id) { designs { id } }', id: job.id },
      design: { field: 'design(id: $id) { image { id } }', id: job.design },
      node: { field: 'node(id: $id) { id }', id: job.id },
      nodes: { field: 'nodes(ids: [$id]) { id }', id: job.design },
      designNode: { field: 'node(id: $id) { id }', id: job.design },
    }[by];
    expect(await finds(as, `query ($id: ID!) { found: ${field} }`, { id })).toBe(reaches);
  }

  async #tryWatch(as: Actor, watch: Watch, by: (typeof WATCH_TRIES)[number]): Promise<void> {
    const reaches = reachesOwn(as, watch);
    if (by === 'watchDelete') {
      // The others still need it.
      if (reaches) return;
      const written = await write(as, by, { watch: watch.id });
      if (!may(as, 'boards')) expect(written).toEqual({ refused: refusalOf(as) });
      else expect(written).toEqual({ id: null, codes: ['NOT_FOUND'] });
      return;
    }
    const { field, id } = {
      watch: { field: 'watch(id: $id) { events { nodes { id } } }', id: watch.id },
      event: { field: 'node(id: $id) { ... on WatchEvent { watch { id } } }', id: watch.event },
      node: { field: 'node(id: $id) { id }', id: watch.id },
      nodes: { field: 'nodes(ids: [$id]) { id }', id: watch.event },
      eventNode: { field: 'node(id: $id) { id }', id: watch.event },
    }[by];
    expect(await finds(as, `query ($id: ID!) { found: ${field} }`, { id })).toBe(reaches);
  }

  async #list(as: Actor): Promise<void> {
    const { data, codes } = await ask(
      as,
      '{ boards(first: 100) { nodes { id } } designs(first: 100) { nodes { id } } watches(first: 100) { nodes { id } } }',
      {},
    );
    if (!may(as, 'boards')) {
      expect(codes).toEqual([refusalOf(as), refusalOf(as), refusalOf(as)]);
      return;
    }
    const nodes = z.object({ nodes: z.array(z.object({ id: z.string() })) });
    const { boards, designs, watches } = z
      .object({ boards: nodes, designs: nodes, watches: nodes })
      .parse(data);
    const listed = new Set([...boards.nodes, ...designs.nodes, ...watches.nodes].map(({ id }) => id));
    const own = [...this.boards, ...this.watches, ...this.jobs.map(({ design, by }) => ({ id: design, by }))];
    for (const { id, by } of own) expect(listed.has(id)).toBe(isSame(as, by) && !isNobody(by));
  }

  /** Nothing has changed that the model does not know. */
  async check(): Promise<void> {
    const { rows: holds } = await gateway.db.query<{ id: string; status: string }>(
      `SELECT id, status FROM holds WHERE id = ANY($1)`,
      [this.holds.map(({ id }) => rowOf(id))],
    );
    expect(new Map(holds.map(({ id, status }) => [toGlobalId('Hold', id), status]))).toEqual(
      new Map(this.holds.map(({ id, status }) => [id, status])),
    );
    const { rows: boards } = await gateway.db.query<{ id: string; title: string }>(
      `SELECT id, title FROM boards WHERE id = ANY($1)`,
      [this.boards.map(({ id }) => rowOf(id))],
    );
    expect(new Map(boards.map(({ id, title }) => [toGlobalId('Board', id), title]))).toEqual(
      new Map(this.boards.map(({ id, title }) => [id, title])),
    );
    const { rows: designs } = await gateway.db.query<{ id: string }>(
      `SELECT designs.id FROM designs JOIN design_jobs ON design_jobs.id = job_id WHERE designs.id = ANY($1) AND state = 'DONE'`,
      [this.jobs.map(({ design }) => rowOf(design))],
    );
    expect(new Set(designs.map(({ id }) => toGlobalId('Design', id)))).toEqual(
      new Set(this.jobs.map(({ design }) => design)),
    );
    const { rows: watches } = await gateway.db.query<{ id: string }>(
      `SELECT id FROM watches WHERE id = ANY($1)`,
      [this.watches.map(({ id }) => rowOf(id))],
    );
    expect(new Set(watches.map(({ id }) => toGlobalId('Watch', id)))).toEqual(
      new Set(this.watches.map(({ id }) => id)),
    );
  }
}

const rowOf = (id: string): string => fromGlobalId(id).id;

test(
  'nobody reaches what belongs to another key, shopper, or channel',
  async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: STEPS / 2, maxLength: STEPS }), async (steps) => {
        const world = new World((run += 1));
        for (const one of steps) await world.do(one);
        await world.check();
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

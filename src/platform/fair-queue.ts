import { BACKGROUND_CLIENT, type Clients } from './clients.js';

/** What a client may have of a queue's places, so that some are left for others. */
const CLIENT_SHARE = 1 / 2;

/** Clients of which a queue knows what they have had. */
const MOST_REMEMBERED = 1_000;
/** What is left, after a turn that cost what was said, of what is expected beyond that. */
const FORGETTING = 1 / 2;

interface Account {
  /** What a client has had, if that is more than the clock says. */
  readonly had: number;
  /** What its turns are expected to cost more than is said, as those before did. */
  readonly more: number;
}

interface Place<T> {
  readonly entry: T;
  /** The clients that wait for it. */
  readonly names: ReadonlySet<string>;
  readonly leave: () => void;
  readonly lose: (() => void) | undefined;
}

/**
 * A queue in which clients take turns. The entries of one client keep their order. An entry that several clients wait
 * for has its turn when the first of them does.
 *
 * With `costOf`, the next turn is that of the client who will have had least after it, so that whoever needs little is not
 * kept waiting by those who need much. A client that comes later begins with what whoever is served will have had, so that
 * those who need much have their turn, however many come (self-clocked fair queueing: Golestani, INFOCOM 1994). For that,
 * each turn has to cost something.
 */
export class FairQueue<T> {
  /** If turns cost nothing, the client whose turn it is comes first. */
  readonly #lines = new Map<string, Set<Place<T>>>();
  readonly #accounts = new Map<string, Account>();
  /** What the clients in #lines had had when their first entry became the first. */
  readonly #starts = new Map<string, number>();
  /** What the client that was served last has had. */
  #clock = 0;
  #length = 0;

  constructor(
    private readonly places = Infinity,
    private readonly costOf: ((entry: T) => number) | null = null,
  ) {}

  /** Says that a client is served without having waited. */
  serve(client: string, cost: number): void {
    this.#serve(client, this.#hadOf(client), cost);
  }

  /** Says by how much a turn of a client cost more than was said; its next ones are expected to, too. */
  charge(client: string, cost: number): void {
    const more = Math.max(cost, this.#moreOf(client) * FORGETTING);
    this.#remember(client, { had: this.#hadOf(client) + cost, more: more < 1 ? 0 : more });
    const start = this.#starts.get(client);
    if (start !== undefined) this.#starts.set(client, start + cost);
  }

  #serve(client: string, start: number, cost: number): void {
    this.#clock = Math.max(this.#clock, start + cost);
    this.#remember(client, { had: start + cost, more: this.#moreOf(client) });
  }

  #remember(client: string, account: Account): void {
    this.#accounts.set(client, account);
    if (this.#accounts.size <= MOST_REMEMBERED) return;
    // Half of them may come as if they were new.
    const all = Array.from(this.#accounts.values(), ({ had }) => had).sort((a, b) => a - b);
    const middle = all[MOST_REMEMBERED / 2] ?? 0;
    this.#clock = Math.max(this.#clock, middle);
    for (const [name, { had }] of this.#accounts) if (had <= this.#clock) this.#accounts.delete(name);
  }

  #hadOf(client: string): number {
    return Math.max(this.#clock, this.#accounts.get(client)?.had ?? 0);
  }

  #moreOf(client: string): number {
    return this.#accounts.get(client)?.more ?? 0;
  }

  /** The lines in the order of their turns. */
  #inTurn(): Iterable<[string, Set<Place<T>>]> {
    const { costOf } = this;
    if (costOf === null) return this.#lines;
    const after = ([client, line]: [string, Set<Place<T>>]): number => {
      const [first] = line;
      const said = first === undefined ? 0 : costOf(first.entry);
      return (this.#starts.get(client) ?? 0) + said + this.#moreOf(client);
    };
    return [...this.#lines].sort((a, b) => after(a) - after(b));
  }

  get length(): number {
    return this.#length;
  }

  /** The entries that a client waits for. */
  of(client: string): readonly T[] {
    return Array.from(this.#lines.get(client) ?? [], ({ entry }) => entry);
  }

  /** Whether clients other than this one wait. */
  hasOthers(client: string): boolean {
    return this.#lines.size > Number(this.#lines.has(client));
  }

  /**
   * Whether the queue has a place for another entry of this client, if need be at the cost of one that has more: else a
   * few that fill it would keep out everybody who comes later.
   */
  hasRoom(client: string): boolean {
    const own = this.#lines.get(client)?.size ?? 0;
    if (isOverShare(client, own + 1, this.places)) return false;
    return this.#length < this.places || this.makeRoom(client);
  }

  /** Takes out the last entry of whoever has most, if that is more than this client has; returns whether it did. */
  makeRoom(client: string): boolean {
    const own = this.#lines.get(client)?.size ?? 0;
    const largest = [...this.#lines.values()].reduce(
      (most: ReadonlySet<Place<T>>, line) => (line.size > most.size ? line : most),
      new Set(),
    );
    // With one more, they would only change places.
    if (largest.size <= own + 1) return false;
    // Nobody else waits for it.
    const loses = [...largest].findLast(({ names, lose }) => names.size === 1 && lose !== undefined);
    loses?.leave();
    loses?.lose?.();
    return loses !== undefined;
  }

  /** Returns a function that takes the entry out before its turn; `lose` is called if it gives way to another. */
  push(clients: Clients, entry: T, lose?: () => void): () => void {
    const lineUp = (name: string): void => {
      const line = this.#lines.get(name) ?? new Set();
      if (line.size === 0) this.#starts.set(name, this.#hadOf(name));
      this.#lines.set(name, line.add(place));
    };
    const place: Place<T> = {
      entry,
      names: clients.names,
      lose,
      leave: () => {
        unwatch();
        let isGone = false;
        for (const name of clients.names) {
          const line = this.#lines.get(name);
          if (line?.delete(place) === true) isGone = true;
          if (line?.size !== 0) continue;
          this.#lines.delete(name);
          this.#starts.delete(name);
        }
        if (isGone) this.#length -= 1;
      },
    };
    clients.names.forEach(lineUp);
    const unwatch = clients.onJoin(lineUp);
    this.#length += 1;
    return place.leave;
  }

  /**
   * Takes out the entry whose turn it is, of those that may start now; then it is another client's turn. `client` is
   * the one whose turn it was.
   */
  shift(
    mayStart: (entry: T, client: string) => boolean = () => true,
  ): { readonly entry: T; readonly client: string } | undefined {
    for (const [client, line] of this.#inTurn()) {
      const start = this.#starts.get(client) ?? 0;
      for (const { entry, leave } of line) {
        if (!mayStart(entry, client)) continue;
        leave();
        if (this.costOf !== null) this.#serve(client, start, this.costOf(entry));
        if (line.size > 0) {
          this.#starts.set(client, this.#hadOf(client));
          this.#lines.delete(client);
          this.#lines.set(client, line);
        }
        return { entry, client };
      }
    }
    return undefined;
  }
}

/** Whether so much would be more than the client's share of all. Background work limits itself. */
export const isOverShare = (client: string, much: number, all: number): boolean =>
  client !== BACKGROUND_CLIENT && much > all * CLIENT_SHARE;

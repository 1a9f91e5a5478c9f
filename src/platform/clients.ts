import { AsyncLocalStorage } from 'node:async_hooks';

/** Background work takes turns as one more client does. */
export const BACKGROUND_CLIENT = '';

/** The clients that wait for some work. More of them may join while it waits for its turn. */
export class Clients {
  readonly #names: Set<string>;
  readonly #watchers = new Set<(name: string) => void>();

  constructor(
    /** Whose work it is; the limits of this client apply. */
    readonly owner: string,
  ) {
    this.#names = new Set([owner]);
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  join(others: Clients): void {
    for (const name of others.names) {
      if (this.#names.has(name)) continue;
      this.#names.add(name);
      for (const watch of this.#watchers) watch(name);
    }
  }

  /** Calls `watch` with the name of each client that joins, until the returned function is called. */
  onJoin(watch: (name: string) => void): () => void {
    this.#watchers.add(watch);
    return () => this.#watchers.delete(watch);
  }
}

const background = new Clients(BACKGROUND_CLIENT);
const current = new AsyncLocalStorage<Clients>();

/** Those who wait for the current work. */
export const currentClients = (): Clients => current.getStore() ?? background;

/** Runs the work of these clients. */
export const forClients = <T>(clients: Clients, work: () => T): T => current.run(clients, work);

/** Runs the work of one client. Work with the same name shares its turns. */
export const forClient = <T>(name: string, work: () => T): T => forClients(new Clients(name), work);

/** Runs work that the gateway needs for all clients, whichever of them came first. */
export const inBackground = <T>(work: () => T): T => forClients(background, work);

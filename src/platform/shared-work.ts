import { Clients, currentClients, forClients } from './clients.js';

/**
 * Work that is done once for all who ask for it at the same time. It waits in queues for the turn of any of them, and
 * counts as work of the one who came first. If it fails for a reason that may be theirs alone, such as an empty budget,
 * the others try it themselves.
 */
export class SharedWork<Value> {
  readonly #running = new Map<string, { readonly clients: Clients; readonly result: Promise<Value> }>();

  /** `isOfAll` tells whether everybody who tried it would get this error. */
  constructor(private readonly isOfAll: (error: unknown) => boolean) {}

  /** The result of the work that runs under this key, or else of `work`. @throws the errors of the work */
  async get(key: string, work: () => Promise<Value>): Promise<Value> {
    for (;;) {
      const running = this.#running.get(key);
      if (running === undefined) return this.#start(key, work);
      running.clients.join(currentClients());
      try {
        return await running.result;
      } catch (error) {
        if (this.isOfAll(error)) throw error;
      }
    }
  }

  #start(key: string, work: () => Promise<Value>): Promise<Value> {
    const clients = new Clients(currentClients().owner);
    clients.join(currentClients());
    const result = forClients(clients, work).finally(() => this.#running.delete(key));
    this.#running.set(key, { clients, result });
    return result;
  }
}

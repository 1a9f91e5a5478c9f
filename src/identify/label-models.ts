import { readCalibration, writeCalibration } from '../search/probability/calibration.store.js';
import type { Logger } from '../platform/logging.js';
import { inBackground } from '../platform/clients.js';
import type { Database } from '../platform/postgres.js';
import type { VectorIndex } from '../vector-index/port.js';
import { fitLabels } from './fit-labels.js';
import { readExtent } from './label-facts.store.js';
import { COLOR_SHARE } from './voters.js';
import { labelModel, type LabelModel } from './label-model.js';

/** The meaning of votes changes with the catalog, but not within seconds. */
const KEPT_MS = 60_000;
/** When this share of the products was added or removed, the model is fitted again. */
const CHANGED_SHARE = 0.1;
/** Attributes change too, and those changes are not counted. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

interface LabelServices {
  readonly db: Database;
  readonly index: VectorIndex;
  readonly encoderId: string;
  readonly log: Logger;
}

/** The catalog's label model: stored in Postgres for all gateways. A gateway that finds it missing or old fits it. */
export class LabelModels {
  #current: LabelModel | null = null;
  #checkedAt = -Infinity;
  #checking: Promise<void> | null = null;
  readonly #closing = new AbortController();

  constructor(private readonly services: LabelServices) {}

  /**
   * Null for a catalog that is too small to learn from. Only the first call ever waits for a fit; later calls use the
   * previous model in the meantime.
   * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
   */
  async model(): Promise<LabelModel | null> {
    if (Date.now() - this.#checkedAt > KEPT_MS) {
      const checking = (this.#checking ??= inBackground(() => this.#check()).finally(() => {
        this.#checking = null;
        // After a failure too: with a model, the next check is not urgent.
        if (this.#current !== null) this.#checkedAt = Date.now();
      }));
      if (this.#current === null) await checking;
      else
        checking.catch((err: unknown) => this.services.log.warn({ err }, 'Labels could not be calibrated'));
    }
    return this.#current;
  }

  /** Ends a fit in progress, which takes minutes in a large catalog. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#checking?.catch(() => undefined);
  }

  async #check(): Promise<void> {
    const { db, index, encoderId } = this.services;
    const stored = await readCalibration(db, encoderId, 'labels');
    const model = readModel(stored?.model);
    if (model !== null) {
      this.#current = model;
      const { products, newer } = await readExtent(db, model.lastProduct);
      const gone = model.products - (products - newer);
      const isFitting = Math.max(newer, gone) <= CHANGED_SHARE * model.products;
      if (isFitting && (stored?.ageMs ?? 0) < MAX_AGE_MS) return;
    }
    const { signal } = this.#closing;
    const fit = await fitLabels(db, index, encoderId, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (signal.aborted) return;
    this.#current = fit?.model ?? null;
    if (fit !== null) await writeCalibration(db, encoderId, 'labels', fit.model);
    this.#checkedAt = Date.now();
  }
}

/** Null for one of another version of the program, which voted in another way. */
function readModel(stored: unknown): LabelModel | null {
  const { data } = labelModel.safeParse(stored);
  return data?.colorShare === COLOR_SHARE ? data : null;
}

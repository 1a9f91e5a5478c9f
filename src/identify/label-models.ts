import { readCalibration, writeCalibration } from '../search/probability/calibration.store.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import type { VectorIndex } from '../vector-index/port.js';
import { fitLabels } from './fit-labels.js';
import { readExtent } from './label-facts.store.js';
import { labelModel, type LabelModel } from './label-model.js';

/** What votes mean changes with the catalog, and that is not a matter of seconds. */
const KEPT_MS = 60_000;
/** Of the products: when so many came or went, the model is fitted anew. */
const CHANGED_SHARE = 0.1;
/** Attributes change too, and nobody counts them. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

interface LabelServices {
  readonly db: Database;
  readonly index: VectorIndex;
  readonly encoderId: string;
  readonly log: Logger;
}

/** The label model of this catalog: kept in Postgres for all gateways, and fitted by whichever finds it missing or old. */
export class LabelModels {
  #current: LabelModel | null = null;
  #checkedAt = -Infinity;
  #checking: Promise<void> | null = null;

  constructor(private readonly services: LabelServices) {}

  /**
   * Null for a catalog that is too small to learn from. Only the first call ever waits for a fit; later ones are
   * answered from the model before it.
   * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
   */
  async model(): Promise<LabelModel | null> {
    if (Date.now() - this.#checkedAt > KEPT_MS) {
      const checking = (this.#checking ??= this.#check().finally(() => {
        this.#checking = null;
        // After a failure too: whoever has a model can wait for the next one.
        if (this.#current !== null) this.#checkedAt = Date.now();
      }));
      if (this.#current === null) await checking;
      else
        checking.catch((err: unknown) => this.services.log.warn({ err }, 'Labels could not be calibrated'));
    }
    return this.#current;
  }

  /** Waits for a fit that is under way. */
  async close(): Promise<void> {
    await this.#checking?.catch(() => undefined);
  }

  async #check(): Promise<void> {
    const { db, index, encoderId } = this.services;
    const stored = await readCalibration(db, encoderId, 'labels');
    const model = stored === null ? null : labelModel.parse(stored.model);
    if (model !== null) {
      this.#current = model;
      const { products, newer } = await readExtent(db, model.lastProduct);
      const gone = model.products - (products - newer);
      const isFitting = Math.max(newer, gone) <= CHANGED_SHARE * model.products;
      if (isFitting && (stored?.ageMs ?? 0) < MAX_AGE_MS) return;
    }
    const fit = await fitLabels(db, index, encoderId);
    this.#current = fit?.model ?? null;
    if (fit !== null) await writeCalibration(db, encoderId, 'labels', fit.model);
    this.#checkedAt = Date.now();
  }
}

import type { Design as Garment } from '../garment/design.js';
import type { Order } from './order.js';

/** A picture that an engine made. */
export interface Drawn {
  /** Which of the ordered designs it is, from 0. */
  readonly position: number;
  /** An image file. */
  readonly picture: Uint8Array;
  /** What it shows; null when the engine cannot tell. */
  readonly garment: Garment | null;
  /** What the engine was asked for in words; null when it does not take words. */
  readonly prompt: string | null;
}

/** A picture of a design while it is sought. */
export interface Draft extends Drawn {
  /** The cosine to what the design is to look like. */
  readonly score: number;
}

/** What happens while an engine works. */
export interface Watcher {
  /** The share of the work that is done, from 0 to 1. */
  progress(share: number): void;
  draft(draft: Draft): void;
}

/** Makes designs: the port that the local engine and servers of image generators implement. */
export interface DesignEngine {
  /**
   * The pictures for an order: candidates for each position, the best first. They are not checked. The same order gives
   * the same pictures, if the engine can promise that.
   *
   * @throws RequestError when the order cannot be met, or EngineError; the reason of `signal`
   */
  design(order: Order, watcher: Watcher, signal: AbortSignal): Promise<readonly Drawn[]>;
  close(): Promise<void>;
}

/** An engine that did not do its work. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    message: string,
    /** Whether a later attempt may succeed. */
    readonly mayPass: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What happened to a hold. */
export const HOLD_CHANGES = ['created', 'extended', 'replaced', 'confirmed', 'released', 'expired'] as const;
export type HoldChange = (typeof HOLD_CHANGES)[number];

/** How a try to send a webhook message ended. */
export const WEBHOOK_TRIES = ['delivered', 'failed'] as const;
export type WebhookTry = (typeof WEBHOOK_TRIES)[number];

/** What Postgres made of a page of candidates. */
export interface ProvenPage {
  /** Products that the index proposed. */
  readonly candidates: number;
  /** Those that turned out to be sold out. */
  readonly dropped: number;
  /** How often the index was asked for more because too few were left. */
  readonly refills: number;
}

/**
 * Where features report what happens, for metrics. They know nothing about the metrics' names or format, and states
 * that can be read at any time are gauges instead (gauge.ts).
 */
export interface Meter {
  holdsChanged(change: HoldChange, holds: number): void;
  /** A call was refused with these user errors; each code counts once per call. */
  callRefused(mutation: string, codes: ReadonlySet<string>): void;
  pageProven(page: ProvenPage): void;
  webhookTried(result: WebhookTry): void;
  /** Images or parts of an image were encoded, in this time, including the time that they waited. */
  encoded(seconds: number): void;
}

/** The types of messages about holds, which an endpoint gets by default. */
export const HOLD_EVENTS = ['hold.confirmed', 'hold.released', 'hold.expired'] as const;

/** The types of messages that an endpoint can get. The values are those of `webhooks.events`. */
export const WEBHOOK_EVENTS = [...HOLD_EVENTS, 'design.done', 'design.failed', 'watch.matched'] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

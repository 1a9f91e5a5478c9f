/** The types of messages that an endpoint can get. The values are those of `webhooks.events`. */
export const WEBHOOK_EVENTS = ['hold.confirmed', 'hold.released', 'hold.expired'] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

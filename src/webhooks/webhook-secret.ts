import { createHmac, randomBytes } from 'node:crypto';

/** Lets people and secret scanners recognize a secret, and receivers' libraries expect it (Standard Webhooks). */
const PREFIX = 'whsec_';
/** As long as the digest; the standard allows 24 to 64. */
const SECRET_BYTES = 32;

export const makeWebhookSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** As a receiver's library takes it: `whsec_` and base64. */
export const writtenSecret = (secret: Buffer): string => PREFIX + secret.toString('base64');

/** What is signed: the id of the message, the time of the try in seconds since 1970, and the exact body. */
export interface Signed {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/** The value of the header `webhook-signature`: one signature for each secret, so that receivers can change theirs. */
export const signatures = (secrets: readonly Buffer[], { id, timestamp, body }: Signed): string =>
  secrets
    .map(
      (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
    )
    .join(' ');

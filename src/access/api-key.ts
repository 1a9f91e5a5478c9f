import { createHash, randomBytes } from 'node:crypto';

/** Lets people and secret scanners recognize a key. */
const PREFIX = 'vitrine_';
/** Too many possible values to guess. */
const RANDOM_BYTES = 32;

const BEARER = /^Bearer +(vitrine_[A-Za-z0-9_-]{43})$/i;

/** A new secret: `vitrine_` and 43 characters of base64url. */
export function makeSecret(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/** What Postgres keeps of a secret: its SHA-256. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The secret in the value of an Authorization header; null when there is none. */
export function readBearer(authorization: string): string | null {
  return BEARER.exec(authorization)?.[1] ?? null;
}

import { createHash, randomBytes } from 'node:crypto';

/** Tells people and secret scanners what it is. */
const PREFIX = 'vitrine_';
/** More than anybody can try out. */
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

/** The secret in the value of an Authorization header; null where there is none. */
export function readBearer(authorization: string): string | null {
  return BEARER.exec(authorization)?.[1] ?? null;
}

import { createHash, randomBytes } from 'node:crypto';

/** Lets people and secret scanners recognize a key. */
const PREFIX = 'vitrine_';
/** Too many possible values to guess, even when some characters are known. */
const RANDOM_BYTES = 32;
/** Tells the keys of a shop apart, and leaves 232 bits unknown. */
const VISIBLE_CHARS = 12;

const BEARER = /^Bearer +(vitrine_[A-Za-z0-9_-]{43})$/i;

/** A new secret: `vitrine_` and 43 characters of base64url. */
export function makeSecret(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/** What Postgres keeps of a secret: its SHA-256, and how it begins, for people. */
export function keptOf(secret: string): { readonly hash: Buffer; readonly prefix: string } {
  return { hash: hashSecret(secret), prefix: secret.slice(0, VISIBLE_CHARS) };
}

/**
 * Secrets are found by their hash in an index. How long that takes says nothing about a secret, because nobody can
 * choose a hash.
 */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The secret in the value of an Authorization header; null when there is none. */
export function readBearer(authorization: string): string | null {
  return BEARER.exec(authorization)?.[1] ?? null;
}

import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { SCOPES, type Scope } from '../access/caller.js';

/** The same as the constraint on `api_keys.name`; it excludes the names of writers that are not keys. */
const NAME = /^(?!(?:anonymous|import)$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Far more than a gateway can compute in a second. */
const MAX_BUDGET = 1_000_000;

const SECONDS = { m: 60, h: 60 * 60, d: 24 * 60 * 60 } as const;
const duration = z
  .string()
  .regex(/^\d{1,4}[mhd]$/)
  .transform((text) => {
    const unit = z.enum(['m', 'h', 'd']).parse(text.at(-1));
    return Number(text.slice(0, -1)) * SECONDS[unit];
  });

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text));

export function readKeyName(name: string): string {
  if (NAME.test(name)) return name;
  throw new InvalidArgumentError(
    'A name has up to 63 letters, digits, ".", "_", and "-", starts with a letter or digit, and is not "anonymous" or "import".',
  );
}

export function addScope(given: string, before: readonly Scope[]): Scope[] {
  const scope = SCOPES.find((known) => known === given);
  if (scope === undefined) throw new InvalidArgumentError(`The scopes are: ${SCOPES.join(', ')}.`);
  return withOne(before, scope);
}

export const addChannel = (given: string, before: readonly string[]): string[] => withOne(before, given);

/** Browsers send an origin without a path, in lowercase. */
export function addOrigin(given: string, before: readonly string[]): string[] {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isOrigin) {
    throw new InvalidArgumentError(
      'An origin is a scheme and a host, with a port unless it is the usual one, and no path: https://shop.example.',
    );
  }
  return withOne(before, url.origin);
}

export function readExpiry(given: string): Date {
  const seconds = duration.safeParse(given).data;
  const date = seconds === undefined ? moment.safeParse(given).data : new Date(Date.now() + seconds * 1_000);
  if (date !== undefined && date.getTime() > Date.now()) return date;
  throw new InvalidArgumentError(
    'It must be in the future: a number of days like 90d, of hours like 12h, or a date like 2030-01-31 (UTC).',
  );
}

/** In seconds. */
export function readOverlap(given: string): number {
  const seconds = duration.safeParse(given).data;
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError(
    'It must be a number of minutes, hours, or days, like 30m, 24h, or 7d; 0h ends the old secret at once.',
  );
}

export function readBudget(given: string): number {
  const budget = /^\d+$/.test(given) ? Number(given) : 0;
  if (budget >= 1 && budget <= MAX_BUDGET) return budget;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_BUDGET}.`);
}

const withOne = <T>(before: readonly T[], one: T): T[] => [...new Set([...before, one])];

import { RequestError } from '../errors.js';

/** An earlier date is a typo; Postgres has no year 0. */
const FIRST_YEAR = 1900;

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * A moment in ISO 8601, as product feeds write it ("2026-02-24T13:00-0800", or a day). Without an offset, it is in
 * UTC. Returns it in UTC. @throws RequestError BAD_USER_INPUT
 */
export function parseInstant(text: string): string {
  const match = INSTANT.exec(text);
  if (!match) throw bad('A time must be in ISO 8601, for example 2026-02-24T13:00+0100.');
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', zone = 'Z'] = match;
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  // Date turns February 30 into a day in March.
  const dayExists = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && dayExists.getUTCDate() === Number(day);
  if (!exists || Number(year) < FIRST_YEAR) throw bad('There is no such time.');
  return date.toISOString();
}

/** An interval in ISO 8601, "from/until". @throws RequestError BAD_USER_INPUT */
export function parseInterval(text: string): { from: string; until: string } {
  const [start, end, ...more] = text.split('/').map((part) => part.trim());
  if (start === undefined || end === undefined || more.length > 0) {
    throw bad(
      'An interval must be two times with a slash between them, for example 2026-02-24T13:00+0100/2026-02-28T23:59+0100.',
    );
  }
  const interval = { from: parseInstant(start), until: parseInstant(end) };
  if (interval.from >= interval.until) throw bad('The interval ends before it begins.');
  return interval;
}

import { RequestError } from '../../errors.js';

/** An earlier date is a typo; Postgres has no year 0. */
const FIRST_YEAR = 1900;
/** No zone is further from UTC, in minutes. */
const MAX_OFFSET = 14 * 60;

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

const INSTANT =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d?(?::?\d\d)?)?)?$/i;

/**
 * A moment in ISO 8601, as product feeds write it ("2026-02-24T13:00-0800", "2026-02-24T9:30", or a day, which is
 * its first moment). Without an offset, it is in `zone`. Returns it in UTC. @throws RequestError BAD_USER_INPUT
 */
export function parseInstant(text: string, zone: string): string {
  return parse(text, zone).at.toISOString();
}

/** In UTC, ISO 8601; the end is exclusive. Null: unbounded. */
export interface Interval {
  readonly from: string | null;
  readonly until: string | null;
}

/**
 * An interval, "from/until"; either may be empty. A day as its end is part of it; so is that of "T0:00-23:59", a day
 * with its first and last minute. @throws RequestError BAD_USER_INPUT
 */
export function parseInterval(text: string, zone: string): Interval {
  const [start, end, ...more] = text.split('/').map((part) => part.trim());
  if (start === undefined || end === undefined || more.length > 0) {
    throw bad(
      'An interval must be two times with a slash between them, for example 2026-02-24T13:00+0100/2026-02-28T23:59+0100.',
    );
  }
  const from = start === '' ? null : parse(start, zone).at.toISOString();
  const last = end === '' ? null : parse(end, zone);
  const until = last === null ? null : (last.nextDay ?? last.at).toISOString();
  if (from !== null && until !== null && from >= until) throw bad('The interval ends before it begins.');
  return { from, until };
}

/** A moment, and for a day without a time the beginning of the next day. */
function parse(text: string, zone: string): { at: Date; nextDay: Date | null } {
  const match = INSTANT.exec(text.trim());
  if (!match) throw bad('A time must be in ISO 8601, for example 2026-02-24T13:00+0100.');
  const [, year = '', month = '', day = '', hour, minute = '00', second = '00', offset] = match;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(Date.UTC(y, m - 1, d));
  // Date turns February 30 into a day in March.
  const exists = date.getUTCMonth() === m - 1 && date.getUTCDate() === d && y >= FIRST_YEAR;
  if (!exists || Number(hour ?? 0) > 24 || Number(minute) > 59) throw bad('There is no such time.');
  const minutes = offsetOf(offset);
  if (hour === undefined || minutes === 'none')
    return { at: inZone([y, m, d, 0, 0, 0], zone), nextDay: inZone([y, m, d + 1, 0, 0, 0], zone) };
  const clock: Clock = [y, m, d, Number(hour), Number(minute), Number(second)];
  if (minutes === null) return { at: inZone(clock, zone), nextDay: null };
  return { at: new Date(utc(clock) - minutes * 60_000), nextDay: null };
}

type Clock = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

const utc = ([year, month, day, hour, minute, second]: Clock): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

function offsetOf(text: string | undefined): number | null | 'none' {
  if (text === undefined) return null;
  if (text.toUpperCase() === 'Z') return 0;
  const [, sign, hours = '0', rest = '0'] = /^([+-])(\d\d?):?(\d\d)?$/.exec(text) ?? [];
  const minutes = Number(hours) * 60 + Number(rest);
  if (minutes > MAX_OFFSET) return 'none';
  return sign === '-' ? -minutes : minutes;
}

/** The moment when clocks in a time zone show this. */
function inZone(clock: Clock, zone: string): Date {
  const wanted = utc(clock);
  let at = wanted;
  // The second pass is exact where the offset changes between the first guess and the answer.
  for (let pass = 0; pass < 2; pass += 1) at = wanted - (shownAt(at, zone) - at);
  return new Date(at);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks in a time zone show at a moment, read as UTC. */
function shownAt(at: number, zone: string): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-u-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return utc([part('year'), part('month'), part('day'), part('hour'), part('minute'), part('second')]);
}

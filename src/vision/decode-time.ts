import { type DecoderWork, pointsOf } from './decoder.protocol.js';

/** CPU time that a point pays for, in microseconds; see decodingCost. */
const MICROSECONDS_A_POINT = 30;

/** A header takes a millisecond or two, and 30 in a file of many parts. */
const HEADER_MICROSECONDS = 50_000;
/** What images take that cost next to nothing, in a process that has just started. */
const LEAST_MICROSECONDS = 200_000;
/** AVIF of noise takes the most. */
const ENCODING_MICROSECONDS_A_PIXEL = 0.25;
/** How much longer than usual work may take. */
const MARGIN = 5;
/** How much longer than usual work may take for nothing: a core that runs two processes is half as fast. */
const FREE_MARGIN = 2;

/** Encoding of a rendition, in microseconds. */
const encodingTime = (work: DecoderWork): number =>
  work.kind === 'rendition'
    ? Math.min(work.pixels, work.width * work.height) * ENCODING_MICROSECONDS_A_PIXEL
    : 0;

/** CPU time that work on an image may usually take at most, in microseconds. */
export const usualMicroseconds = (work: DecoderWork): number =>
  work.kind === 'header'
    ? HEADER_MICROSECONDS
    : LEAST_MICROSECONDS + work.points * MICROSECONDS_A_POINT + encodingTime(work);

/**
 * CPU time after which work on an image is ended, in microseconds: the file is made to take long. Unlike time on a clock, it
 * does not pass faster on a busy machine.
 */
export const mostMicroseconds = (work: DecoderWork): number => MARGIN * usualMicroseconds(work);

/** What work that took so many microseconds costs beyond its price, in points. */
export function owedFor(work: DecoderWork, microseconds: number): number {
  const usual = usualMicroseconds(work);
  return microseconds <= FREE_MARGIN * usual ? 0 : Math.ceil((microseconds - usual) / MICROSECONDS_A_POINT);
}

/** What a turn of reading a header costs, in points. */
const HEADER_TURN_COST = 100;
/** Reading and decoding the smallest image takes about as long. */
const LEAST_TURN_COST = 300;

/** What a turn of this work costs, in points. */
export const turnCost = (work: DecoderWork): number =>
  work.kind === 'header'
    ? HEADER_TURN_COST
    : Math.max(LEAST_TURN_COST, pointsOf(work) + encodingTime(work) / MICROSECONDS_A_POINT);

/** What a turn of this work that took so many microseconds cost more than that. */
export const unexpectedCost = (work: DecoderWork, microseconds: number): number =>
  Math.max(0, microseconds / MICROSECONDS_A_POINT - turnCost(work));

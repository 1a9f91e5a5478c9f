import { RequestError } from '../../errors.js';

const MAX_QUANTITY = 2 ** 31 - 1;

/** Parses a number of units; `5.0` is 5. @throws RequestError BAD_USER_INPUT */
export function parseQuantity(text: string): number {
  const value = /^\d{1,10}(?:[.,]0+)?$/.test(text) ? Number.parseInt(text, 10) : NaN;
  if (!(value <= MAX_QUANTITY))
    throw new RequestError('BAD_USER_INPUT', `A quantity is a whole number from 0 to ${MAX_QUANTITY}.`);
  return value;
}

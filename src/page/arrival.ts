import { signal } from '@preact/signals';
import { type Failure, toFailure } from './api/failure.js';
import { arrive } from './market.js';

/** Why the market could not be found out, without which nothing has a price; null while nothing has failed. */
export const arrivalFailure = signal<Failure | null>(null);

export function beginArrival(): void {
  arrive().then(
    () => {
      arrivalFailure.value = null;
    },
    (error: unknown) => {
      arrivalFailure.value = toFailure(error);
    },
  );
}

import { signal } from '@preact/signals';
import { type Failure, toFailure } from './api/failure.js';
import { arrive } from './market.js';

interface Arrival {
  readonly failure: Failure | null;
  readonly retry: () => void;
}

const begin = (): void => {
  arrive().then(
    () => {
      arrival.value = { failure: null, retry: begin };
    },
    (error: unknown) => {
      arrival.value = { failure: toFailure(error), retry: begin };
    },
  );
};

/** Whether the market could be found out, without which nothing has a price. */
export const arrival = signal<Arrival>({ failure: null, retry: begin });

export const beginArrival = begin;

import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { RequestError } from '../errors.js';
import { OPERATION_DEADLINE_MS } from './limits.js';

/** Aborts when the client disconnects before it has its response, and at the deadline of the operation. */
export function requestSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // One listener for each image and each statement that waits in a queue.
  setMaxListeners(Infinity, controller.signal);
  const timer = setTimeout(() => controller.abort(tooSlow()), OPERATION_DEADLINE_MS);
  // The request closes as soon as its body has been read, but the response only when it was sent or cannot be.
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableEnded) controller.abort(clientLeft());
  });
  return controller.signal;
}

/**
 * Runs the work of a subscription's event with a signal that aborts when the subscription ends, and at the deadline of
 * an operation.
 */
export async function withEventSignal<T>(
  ended: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  setMaxListeners(Infinity, controller.signal);
  const leave = (): void => controller.abort(clientLeft());
  const timer = setTimeout(() => controller.abort(tooSlow()), OPERATION_DEADLINE_MS);
  if (ended.aborted) leave();
  else ended.addEventListener('abort', leave, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', leave);
  }
}

function tooSlow(): RequestError {
  return new RequestError(
    'SERVICE_OVERLOADED',
    `The operation took longer than ${OPERATION_DEADLINE_MS / 1_000} s. Ask for less at once, or try again in a few ` +
      'seconds. A mutation may or may not have taken effect; with the same idempotencyKey, it takes effect only once.',
  );
}

/** Nobody receives it. */
function clientLeft(): RequestError {
  return new RequestError('BAD_USER_INPUT', 'The client disconnected before it had its response.');
}

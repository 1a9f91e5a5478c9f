import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { RequestError } from '../errors.js';
import { OPERATION_DEADLINE_MS } from './limits.js';

/** Aborts when the client disconnects before it has its response, and at the deadline of the operation. */
export function requestSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // One listener for each image that waits in a queue.
  setMaxListeners(Infinity, controller.signal);
  const timer = setTimeout(() => controller.abort(tooSlow()), OPERATION_DEADLINE_MS);
  // The request closes as soon as its body has been read, but the response only when it was sent or cannot be.
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableEnded) controller.abort(clientLeft());
  });
  return controller.signal;
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

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client } from 'graphql-ws/client';
import { reloadForUpgrade } from '../reload.js';
import { documentId } from './document-id.js';

let opening: Promise<Client> | undefined;

/** One WebSocket for the page, opened with the first subscription and closed after the last. */
function client(): Promise<Client> {
  opening ??= import('graphql-ws/client').then(
    ({ createClient }) =>
      createClient({
        url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
        lazyCloseTimeout: 3_000,
        // A shopper may lose the network for minutes, and the first event after that is the current state.
        retryAttempts: Number.POSITIVE_INFINITY,
        shouldRetry: () => true,
        retryWait,
      }),
    (error: unknown) => {
      // The next subscription tries again.
      opening = undefined;
      throw error;
    },
  );
  return opening;
}

const MAX_WAIT_MS = 15_000;
/** So that the pages of a restarted gateway do not come back all at once. */
const JITTER_MS = 1_000;

/** Twice as long each time, up to a limit, and not beyond the moment when there is a connection again. */
const retryWait = (retries: number): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(1_000 * 2 ** retries, MAX_WAIT_MS) + Math.random() * JITTER_MS);
    addEventListener('online', done);
  });

/**
 * Calls `next` with each event until the returned function is called, and `ended` when the gateway has ended it before: it
 * had nothing more to say, or it refused. Connects again by itself.
 */
export function watch<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  next: (data: Data) => void,
  ended: () => void = () => {},
): () => void {
  let stop = (): void => {};
  let isStopped = false;
  client().then((socket) => {
    if (isStopped) return;
    // The protocol requires a query beside the id.
    const payload = { query: '', documentId: documentId(document), variables };
    stop = socket.subscribe<Data>(payload, {
      next: ({ data }) => {
        if (data) next(data);
      },
      error: ended,
      // The page's own end is one too.
      complete: () => {
        if (!isStopped) ended();
      },
    });
  }, reloadForUpgrade);
  return () => {
    isStopped = true;
    stop();
  };
}

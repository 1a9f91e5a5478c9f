import { hostname } from 'node:os';
import type { ChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import { errorMessage } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { FollowedIndex } from './followed-index.js';
import { reconcile } from './reconcile.js';
import {
  answerRequest,
  takeRequests,
  type GatewayAnswer,
  type IndexRequest,
  type RequestOutcome,
} from './request.store.js';

/** For requests whose notification was missed. A poll without requests is one index scan of an empty table. */
const POLL_MS = 1_000;
/** How often a gateway reports its progress, and checks whether the command still waits. */
const TELL_EVERY_MS = 500;

interface Answering {
  readonly db: Database;
  readonly gatewayId: string;
  /** The id of the encoder that the gateway runs with. */
  readonly encoder: string;
  readonly followed: Pick<FollowedIndex, 'index' | 'advance' | 'replace'>;
  readonly changes: Pick<ChangeListener, 'onChange'>;
  readonly log: Logger;
}

/** Handles commands' requests about the index in this gateway's memory, one after another, until closed. */
export function answerRequests(options: Answering): Omit<Loop, 'wake'> {
  const { db, gatewayId, changes, log } = options;
  const loop = startLoop({
    async round({ closing }) {
      for (const request of await takeRequests(db, gatewayId)) await answer(options, request, closing);
      return { ms: POLL_MS };
    },
    log,
    says: {
      failing: 'Requests from commands could not be read; trying again',
      recovered: 'Requests from commands are being read again',
    },
  });
  const stopListening = changes.onChange(() => loop.wake(), 'index_requests');

  return {
    health: () => loop.health(),
    async close() {
      stopListening();
      await loop.close();
    },
  };
}

async function answer(options: Answering, request: IndexRequest, closing: AbortSignal): Promise<void> {
  const { db, gatewayId, encoder, log } = options;
  const state = { done: 0, total: null as number | null };
  const keep = (answered: GatewayAnswer | null): Promise<boolean> =>
    answerRequest(db, request.id, gatewayId, { ...state, answer: answered });
  const abandoned = new AbortController();
  // One statement after another: if Postgres does not answer, no second statement is sent in the meantime.
  const telling = startLoop({
    async round() {
      if (!(await keep(null))) abandoned.abort(new Error('the command that sent the request was stopped'));
      return { ms: TELL_EVERY_MS };
    },
    log,
    says: {
      failing: 'A command could not be sent the progress of its request; trying again',
      recovered: 'A command is sent the progress of its request again',
    },
  });
  const progress: Progress = {
    start: (_label, total) => void Object.assign(state, { done: 0, total }),
    advance: (steps = 1) => void (state.done += steps),
    done: () => undefined,
    say: () => undefined,
  };
  const outcome = await perform(options, request, progress, AbortSignal.any([closing, abandoned.signal]))
    .catch((err: unknown): RequestOutcome => {
      log.warn({ err, kind: request.kind }, 'A request from a command failed');
      return { outcome: 'failed', reason: errorMessage(err) };
    })
    .finally(() => telling.close());
  log.info({ kind: request.kind, ...outcome }, 'Completed a request from a command');
  await keep({ gateway: `${hostname()} (process ${process.pid})`, encoder, ...outcome });
}

async function perform(
  { db, encoder, followed }: Answering,
  { kind, encoder: asked }: IndexRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<RequestOutcome> {
  const { index, advance, replace } = followed;
  if (replace === null) return { outcome: 'shared', index: index.name };
  if (asked !== null && asked !== encoder) return { outcome: 'otherEncoder' };
  if (kind === 'rebuild') {
    await replace(progress, signal);
    return { outcome: 'rebuilt', points: await index.count() };
  }
  const report = await reconcile({ db, index, encoder, advance, progress }, kind === 'reconcile', signal);
  return { outcome: 'compared', report };
}

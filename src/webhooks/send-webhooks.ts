import type { Meter } from '../graph/meter.js';
import type { ChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import { errorMessage } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import { messageBody, messageId } from './message-body.js';
import {
  type Claim,
  claimWebhook,
  forgetMessage,
  type NextMessage,
  nextMessages,
  noteDelivery,
  noteFailure,
  noteRecovery,
  parkMessage,
  releaseWebhook,
} from './message-queue.store.js';
import type { MessagePoster, Refusal } from './post-message.js';
import { claimedTarget } from './target.store.js';
import { SlowEndpoints } from './slow-endpoints.js';
import type { WebhookEvent } from './webhook-events.js';

/** Endpoints at once: one that does not answer keeps a lane for the time of a try, then waits for its next one. */
const LANES = 6;
/** Of them, those whose last turn was slow: so many that do not answer leave some lanes to the others. */
const SLOW_LANES = 4;
/** Each hold that ends notifies all lanes of all gateways: this is how often they look at most. */
const WAKE_MS = 50;
/** For messages whose notification was missed, and for endpoints whose next try is due. */
const POLL_MS = 1_000;
/** Messages in one turn of an endpoint; then the others have theirs. */
const MESSAGES_IN_A_TURN = 100;
/** No message of a turn is started after this time: the others wait for few tries of an endpoint that is slow. */
const TURN_MS = 5_000;
/** With delays that triple, an endpoint that is up again gets its messages within a quarter of an hour. */
const FIRST_DELAY_MS = 5_000;
const DELAY_GROWTH = 3;
const LAST_DELAY_MS = 15 * 60 * 1_000;
/** The type of messages whose delivery is recorded. */
const OF_WATCHES: WebhookEvent = 'watch.matched';

export interface WebhookSender extends Pick<Loop, 'health'> {
  /** Ends the work after the tries that are running. */
  close(): Promise<void>;
}

interface SenderOptions {
  readonly db: Database;
  readonly poster: Pick<MessagePoster, 'post'>;
  readonly changes: Pick<ChangeListener, 'onChange'>;
  readonly meter: Pick<Meter, 'webhookTried'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Sends webhook messages until closed. An endpoint gets its messages one after another, in the order in which they were
 * written, each at least once. Any number of gateways may do so at the same time.
 */
export function sendWebhooks({ db, poster, changes, meter, log }: SenderOptions): WebhookSender {
  const slow = new SlowEndpoints(SLOW_LANES);

  /** Sends messages of the endpoint until its turn ends. */
  const serve = async (claim: Claim, closing: AbortSignal): Promise<void> => {
    try {
      let { attempts } = claim;
      const turnEnd = performance.now() + TURN_MS;
      for (const message of await nextMessages(db, claim, MESSAGES_IN_A_TURN)) {
        if (performance.now() >= turnEnd || closing.aborted) break;
        const body = await readBody(message);
        if (body === null) continue;
        const target = await claimedTarget(db, claim);
        if (target === null) break;
        const refusal = await poster.post(target, { id: messageId(message.uuid), body });
        meter.webhookTried(refusal === null ? 'delivered' : 'failed');
        if (message.type === OF_WATCHES) await noteDelivery(db, message.uuid, refusal === null);
        if (refusal !== null) {
          await fail(claim, attempts + 1, refusal);
          break;
        }
        // Before the message is gone: while the endpoint fails, an operator may skip its first message.
        if (attempts > 0) {
          await noteRecovery(db, claim);
          log.info({ webhook: claim.name, attempts }, 'A webhook gets its messages again');
          attempts = 0;
        }
        await forgetMessage(db, message.id);
      }
    } finally {
      await releaseWebhook(db, claim);
    }
  };

  /** The body of a message; null when it cannot be read and was set aside. */
  const readBody = async (message: NextMessage): Promise<string | null> => {
    try {
      return messageBody(message);
    } catch (err) {
      log.error({ err, message: message.uuid }, 'A webhook message cannot be read and was set aside');
      await parkMessage(db, message.id, errorMessage(err));
      return null;
    }
  };

  const fail = async (claim: Claim, attempts: number, refusal: Refusal): Promise<void> => {
    const ending = await noteFailure(db, claim, refusal, delayAfter(attempts, refusal.waitMs));
    const about = { webhook: claim.name, attempts, reason: refusal.reason };
    if (ending === null) log.warn(about, 'A webhook message did not arrive; trying again');
    else log.error(about, 'A webhook was disabled; `vitrine webhooks retry` enables it');
  };

  const loop = startLoop({
    round: async ({ closing }) => {
      const wasDue = await slow.turn(
        (except) => claimWebhook(db, except),
        (claim) => serve(claim, closing),
      );
      return wasDue ? { ms: 0 } : { ms: POLL_MS, atLeastMs: WAKE_MS };
    },
    lanes: LANES,
    log,
    says: {
      failing: 'Webhook messages could not be sent; trying again',
      recovered: 'Webhook messages are being sent again',
    },
  });
  const stopListening = changes.onChange(() => loop.wake(), 'webhook_messages');
  return {
    health: () => loop.health(),
    async close() {
      stopListening();
      await loop.close();
    },
  };
}

/**
 * From half to all of the delay, so that endpoints that failed together are not tried together; longer if the receiver
 * asks for it.
 */
function delayAfter(attempts: number, waitMs: number): number {
  const delay = FIRST_DELAY_MS * DELAY_GROWTH ** (attempts - 1);
  const spread = Math.min(delay, LAST_DELAY_MS) * (0.5 + Math.random() / 2);
  return Math.min(Math.max(spread, waitMs), LAST_DELAY_MS);
}

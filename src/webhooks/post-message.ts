import { Agent, request } from 'undici';
import { errorMessage } from '../platform/operator-error.js';
import { parseUrl } from '../platform/parse-url.js';
import { hasPrivateAddress, openPublicAgent } from '../platform/public-addresses.js';
import { shortReason } from './short-reason.js';
import { signatures } from './webhook-secret.js';

/**
 * A receiver stores a message and answers; work can follow. Shorter than the time that a gateway has to stop, which
 * waits for the message that it is sending.
 */
export const TRY_MS = 10_000;
/** The status is the answer. What follows it costs its connection if it is longer than this, or takes longer. */
const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_MS = 200;
/** The receiver says that it wants no more messages (Standard Webhooks). */
const GONE = 410;
/** Answers that may say when the receiver can take more, in `retry-after`. */
const BUSY: readonly number[] = [429, 503];

/** Where a message goes, and what it is signed with. */
export interface Target {
  readonly url: string;
  readonly secrets: readonly Buffer[];
}

/** Why a message did not arrive, in a sentence for the operator. */
export interface Refusal {
  readonly reason: string;
  /** Whether the receiver wants no more messages. */
  readonly isGone: boolean;
  /** How long the receiver asks to wait before the next try; 0 if it does not. */
  readonly waitMs: number;
}

export interface MessagePoster {
  /** Sends a message once; null when the receiver has it. */
  post(target: Target, message: { readonly id: string; readonly body: string }): Promise<Refusal | null>;
  close(): Promise<void>;
}

/** Whether messages can be sent to a URL; otherwise why not. */
export function checkTarget(url: string, hosts: ReadonlySet<string>): string | null {
  const parsed = parseUrl(url);
  if (parsed === null) return 'It is not a URL.';
  const { protocol, host, username, password } = parsed;
  if (username !== '' || password !== '')
    return 'A URL with a user name or password would show it in logs: remove it, and verify signatures.';
  const isOwn = isListed(hosts, parsed);
  if (protocol !== 'https:' && !(protocol === 'http:' && isOwn))
    return `The URL must be https, or ${host || 'its host'} must be in VITRINE_WEBHOOK_HOSTS.`;
  if (!isOwn && hasPrivateAddress(parsed))
    return `${host} is not a public address: if it is in your own network, add it to VITRINE_WEBHOOK_HOSTS.`;
  return null;
}

/** URLs leave the default port out; the list may have it. */
function isListed(hosts: ReadonlySet<string>, { protocol, host, port }: URL): boolean {
  return hosts.has(host) || (port === '' && hosts.has(`${host}:${protocol === 'https:' ? 443 : 80}`));
}

/**
 * Sends messages to public addresses over https, and to `hosts` (with the port, if it is not the default one) wherever
 * they are and also over http. Redirects are not followed.
 */
export function openMessagePoster(hosts: ReadonlySet<string>): MessagePoster {
  const timeouts = { headersTimeout: TRY_MS, bodyTimeout: TRY_MS };
  const guarded = openPublicAgent(timeouts);
  const own = new Agent(timeouts);
  return {
    async post({ url, secrets }, { id, body }) {
      const wrong = checkTarget(url, hosts);
      if (wrong !== null) return refusal(wrong);
      const timestamp = Math.floor(Date.now() / 1_000);
      const timeout = AbortSignal.timeout(TRY_MS);
      try {
        const {
          statusCode,
          headers,
          body: answer,
        } = await request(url, {
          method: 'POST',
          dispatcher: isListed(hosts, new URL(url)) ? own : guarded,
          signal: timeout,
          headers: {
            'content-type': 'application/json',
            'user-agent': 'vitrine',
            'webhook-id': id,
            'webhook-timestamp': String(timestamp),
            'webhook-signature': signatures(secrets, { id, timestamp, body }),
          },
          body,
        });
        // Whatever happens to the rest of the answer, its status stands.
        const rest = { limit: MAX_ANSWER_BYTES, signal: AbortSignal.timeout(ANSWER_MS) };
        await answer.dump(rest).catch(() => undefined);
        return statusCode >= 200 && statusCode < 300 ? null : refusedWith(statusCode, headers['retry-after']);
      } catch (error) {
        return refusal(
          timeout.aborted
            ? `It did not answer within ${TRY_MS / 1_000} s.`
            : `It could not be reached: ${errorMessage(error)}`,
        );
      }
    },
    async close() {
      await Promise.all([guarded.destroy(), own.destroy()]);
    },
  };
}

const refusal = (reason: string): Refusal => ({ reason: shortReason(reason), isGone: false, waitMs: 0 });

function refusedWith(status: number, retryAfter: string | string[] | undefined): Refusal {
  const isRedirect = status >= 300 && status < 400;
  return {
    reason: `It answered with status ${status}${isRedirect ? ', and redirects are not followed' : ''}.`,
    isGone: status === GONE,
    waitMs: BUSY.includes(status) && typeof retryAfter === 'string' ? msUntil(retryAfter) : 0,
  };
}

/** The value of `retry-after` is a number of seconds, or a date; 0 for anything else. */
function msUntil(retryAfter: string): number {
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return ms > 0 ? ms : 0;
}

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { reloadForUpgrade } from '../reload.js';
import { documentId } from './document-id.js';
import { Failure, retryAfterOf } from './failure.js';
import { record, type Report } from './record.js';
import { repeat } from './repeat.js';
import { post, type Send } from './send.js';
import { noteServerTime } from './server-clock.js';

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number };
  }[];
  readonly extensions?: { readonly cost?: { readonly actual: number } };
}

/** Shorter waits are not worth telling the shopper about. */
const QUIET_WAIT_MS = 2_000;

/** Another gateway may answer, which knows the page's documents. */
const TRIES_FOR_DOCUMENT = 3;

/**
 * Sends one of the page's documents by its id, and picks what is needed of its data. Waits and asks again, once, when
 * the gateway says that it soon has time.
 *
 * @throws Failure when what is picked is missing; with the code NOT_FOUND when there was no error
 */
export const ask = <Data, Variables, Picked>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pick: (data: Data) => Picked,
  signal?: AbortSignal,
  send: Send = post,
): Promise<NonNullable<Picked>> =>
  repeat(
    () => askOnce(document, variables, pick, signal, send),
    ({ code, retryAfterMs }, tries) => {
      if (code !== 'PERSISTED_QUERY_NOT_FOUND')
        return tries === 1 && retryAfterMs !== null && retryAfterMs <= QUIET_WAIT_MS ? retryAfterMs : null;
      if (tries < TRIES_FOR_DOCUMENT) return 0;
      reloadForUpgrade();
      return null;
    },
    signal,
  );

/** Long enough for a burst of others to pass. */
const PATIENT_TRIES = 5;

/**
 * Asks for something beside what the shopper came for: it may come late, without a word about it.
 *
 * @throws Failure when waiting does not help
 */
export const patiently = <T>(question: () => Promise<T>, signal: AbortSignal): Promise<T> =>
  repeat(question, ({ retryAfterMs }, tries) => (tries < PATIENT_TRIES ? retryAfterMs : null), signal);

async function askOnce<Data, Variables, Picked>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pick: (data: Data) => Picked,
  signal: AbortSignal | undefined,
  send: Send,
): Promise<NonNullable<Picked>> {
  const id = documentId(document);
  const began = performance.now();
  const response = await send(id, variables, signal ?? null);
  noteServerTime(response);
  const answer = await read<Data>(response);
  const errors = answer.errors ?? [];
  record({
    documentId: id,
    variables,
    ms: performance.now() - began,
    points: answer.extensions?.cost?.actual ?? null,
    codes: errors.map(({ extensions }) => extensions?.code ?? 'UNKNOWN'),
    report: answer.data == null ? null : reportIn(answer.data),
  });
  const picked = answer.data == null ? null : pick(answer.data);
  if (picked != null) return picked;
  const [error] = errors;
  if (error === undefined) throw new Failure('NOT_FOUND', 'There is no such thing.');
  const code = error.extensions?.code ?? 'UNKNOWN';
  const retryAfterMs = error.extensions?.retryAfterMs ?? retryAfterOf(response);
  throw new Failure(code, error.message, retryAfterMs);
}

/** The document's type says what the data is: the gateway validated the document against the same schema. */
async function read<Data>(response: Response): Promise<Answer<Data>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch {
    // A proxy's own page.
    const message = `The server answered with status ${response.status}.`;
    throw new Failure('SERVICE_OVERLOADED', message, retryAfterOf(response));
  }
}

/** The report of the search in an answer: at most three levels down. */
function reportIn(value: unknown, depth = 3): Report | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (isReport(value)) return value;
  if (depth === 0) return null;
  for (const inner of Object.values(value)) {
    const report = reportIn(inner, depth - 1);
    if (report !== null) return report;
  }
  return null;
}

const isReport = (value: object): value is Report => 'candidates' in value && 'asOf' in value;

import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { RequestError } from '../../errors.js';
import type { Checks } from './checks.js';
import { createDocumentCache } from './document-cache.js';
import { idOfHash, isDocumentId, sha256, type TrustedDocuments } from './trusted-documents.js';

/** How a client says which document to execute, over any transport. None of it has been validated. */
export interface DocumentParameters {
  readonly query: unknown;
  /** From the draft "Persisted Documents" of GraphQL over HTTP. */
  readonly documentId: unknown;
  /** `persistedQuery` in it is what Apollo's clients send. */
  readonly extensions: unknown;
}

/** Who sends a document. */
export interface Sender {
  /** Whose share of the caches it takes. */
  readonly name: string;
  /** Called before anything is parsed or refused, with the characters that have to be parsed. */
  pay(newChars: number): Promise<void>;
}

/**
 * The text of the document, which passed the checks of documents. Null when the request names none; the server
 * reports that.
 *
 * @throws RequestError BAD_USER_INPUT, COST_EXCEEDED, PERSISTED_QUERY_NOT_FOUND
 */
export type DocumentTexts = (parameters: DocumentParameters, sender: Sender) => Promise<string | null>;

/** Half of a character. */
const UNPAIRED = /\p{Surrogate}/u;

/** With a prefix, it is the hash that graphql-codegen gives a document. */
const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/;
const persistedQuery = z.object({
  version: z.literal(1),
  sha256Hash: z
    .string()
    .regex(SHA256)
    .transform((hash) => idOfHash(hash.replace(SHA256, '$1'))),
});

/**
 * Finds documents by their ids: those that the operator trusts, and those that a client registered by sending the text
 * together with its SHA-256 (automatic persisted queries). Everything a client registers is forgotten in time, and
 * each gateway has its own, so clients must be ready to send the text again.
 */
export function createDocumentTexts(
  trusted: TrustedDocuments,
  checks: Pick<Checks, 'checkText' | 'knows'>,
): DocumentTexts {
  const registered = createDocumentCache<string>();
  return async (parameters, sender) => {
    const { query } = parameters;
    const sent = typeof query === 'string' && query !== '' ? query : null;
    const id = idIn(parameters);
    const text = sent ?? (typeof id === 'string' ? (trusted.textOf(id) ?? registered.get(id) ?? null) : null);
    await sender.pay(text === null || checks.knows(text) ? 0 : text.length);
    if (id instanceof RequestError) throw id;
    if (text === null) {
      if (id === null) return null;
      throw notFound(parameters, id);
    }
    // Also if it is trusted: the manifest may be for a gateway with other limits.
    checks.checkText(text, sender.name);
    if (sent !== null && id !== null) {
      // Two texts that are no valid Unicode may have the same hash.
      if (UNPAIRED.test(sent) || id !== idOfHash(sha256(sent))) throw differs();
      registered.set(id, sent, sent, sender.name);
    }
    return text;
  };
}

/** The id in the request, null for none, or what is wrong with it. */
function idIn({ documentId, extensions }: DocumentParameters): string | RequestError | null {
  if (documentId != null) {
    if (typeof documentId === 'string' && isDocumentId(documentId)) return documentId;
    return new RequestError(
      'BAD_USER_INPUT',
      'documentId must be `sha256:` and 64 lowercase hex digits, or another id from the manifest of your documents.',
    );
  }
  if (!hasPersistedQuery(extensions)) return null;
  const { data } = persistedQuery.safeParse(extensions.persistedQuery);
  if (data !== undefined) return data.sha256Hash;
  return new RequestError(
    'BAD_USER_INPUT',
    'extensions.persistedQuery must be `{ version: 1, sha256Hash }`, with the SHA-256 as 64 lowercase hex digits.',
  );
}

export function hasPersistedQuery(extensions: unknown): extensions is { persistedQuery: unknown } {
  return extensions instanceof Object && 'persistedQuery' in extensions && extensions.persistedQuery != null;
}

/**
 * For `persistedQuery`, the same error as Apollo Server's: clients look for this message, and some read only answers
 * with status 200. Then they send the text.
 */
function notFound({ documentId }: DocumentParameters, id: string): Error {
  if (documentId == null) {
    return new GraphQLError('PersistedQueryNotFound', {
      extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', http: { status: 200 } },
    });
  }
  return new RequestError(
    'PERSISTED_QUERY_NOT_FOUND',
    `There is no document with the id "${id}": send its text in \`query\`, or ask the operator to deploy your manifest.`,
  );
}

function differs(): RequestError {
  return new RequestError(
    'BAD_USER_INPUT',
    'The id is not the SHA-256 of `query`: send only one of them, or hash the text exactly as you send it.',
  );
}

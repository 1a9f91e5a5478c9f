import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type DocumentNode, Kind, parse } from 'graphql';
import { z } from 'zod';
import { errorMessage, OperatorError } from '../../platform/operator-error.js';

/** Documents that the operator approved: those of the shop's own apps. */
export interface TrustedDocuments {
  /** The text of the document with this id; undefined if there is none. */
  textOf(id: string): string | undefined;
  /** Whether the document with this SHA-256 in hex is one of them, whichever way a client sends it. */
  has(documentHash: string): boolean;
  /** The names of their operations. */
  readonly operationNames: ReadonlySet<string>;
}

/** What the id of a document looks like in the draft "Persisted Documents" of GraphQL over HTTP. */
const DOCUMENT_ID = /^(?:sha256:[0-9a-f]{64}|x-[\w.~-]+:[\w.~-]+|[\w.~-]+)$/;
/** Longer than any hash, also when it is base64 or has a prefix. */
const MAX_DOCUMENT_ID_CHARS = 200;

export const isDocumentId = (id: string): boolean =>
  id.length <= MAX_DOCUMENT_ID_CHARS && DOCUMENT_ID.test(id);

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const HASH_PREFIX = 'sha256:';
/** The id that a SHA-256 in hex stands for. */
export const idOfHash = (hash: string): string => `${HASH_PREFIX}${hash}`;

/** By id: what graphql-codegen's client preset and the Relay compiler write. */
const keyedManifest = z.record(z.string(), z.string());

/** What `generate-persisted-query-manifest` of Apollo writes. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

const manifest = z.union([
  apolloManifest.transform(({ operations }) =>
    operations.map(({ id, body }): [string, string] => [id, body]),
  ),
  keyedManifest.transform((documents) => Object.entries(documents)),
]);

/** @throws OperatorError when a file is not a manifest, or a document is not the one that its id stands for */
export async function readTrustedDocuments(paths: readonly string[]): Promise<TrustedDocuments> {
  return trustDocuments((await Promise.all(paths.map(readManifest))).flat());
}

/** Documents by their ids. @throws OperatorError as `readTrustedDocuments` */
export function trustDocuments(entries: Iterable<readonly [string, string]>): TrustedDocuments {
  const texts = new Map<string, string>();
  const hashes = new Set<string>();
  const operationNames = new Set<string>();
  for (const [id, text] of entries) {
    const hash = sha256(text);
    if (!isDocumentId(id)) throw refused(id, 'has an id that no client could send');
    if (id.startsWith(HASH_PREFIX) && id !== idOfHash(hash))
      throw refused(id, `does not have this id: the SHA-256 of its text is ${hash}`);
    if ((texts.get(id) ?? text) !== text) throw refused(id, 'is in two manifests, with different texts');
    texts.set(id, text).set(idOfHash(hash), text);
    hashes.add(hash);
    for (const node of parseDocument(id, text).definitions) {
      if (node.kind === Kind.OPERATION_DEFINITION && node.name) operationNames.add(node.name.value);
    }
  }
  return {
    // The ids in Apollo's manifests have no prefix.
    textOf: (id) =>
      texts.get(id) ?? (id.startsWith(HASH_PREFIX) ? texts.get(id.slice(HASH_PREFIX.length)) : undefined),
    has: (hash) => hashes.has(hash),
    operationNames,
  };
}

/**
 * `approved`, and documents that any client can send by their ids. Those are not approved: a key that is limited to
 * trusted documents cannot send them.
 */
export function withPublicDocuments(
  approved: TrustedDocuments,
  published: TrustedDocuments,
): TrustedDocuments {
  return {
    textOf: (id) => approved.textOf(id) ?? published.textOf(id),
    has: (hash) => approved.has(hash),
    // Only approved documents keep their names from others.
    operationNames: approved.operationNames,
  };
}

async function readManifest(path: string): Promise<[string, string][]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new OperatorError(
      `VITRINE_DOCUMENTS names ${path}, which cannot be read as JSON: ${errorMessage(error)}`,
      { cause: error },
    );
  }
  const { data } = manifest.safeParse(json);
  if (data === undefined) {
    throw new OperatorError(
      `VITRINE_DOCUMENTS names ${path}, which is not a manifest: it must be an object of documents by id, ` +
        'as graphql-codegen and the Relay compiler write it, or a persisted query manifest of Apollo.',
    );
  }
  return data;
}

function parseDocument(id: string, text: string): DocumentNode {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    throw refused(id, `cannot be parsed: ${errorMessage(error)}`);
  }
}

function refused(id: string, what: string): OperatorError {
  return new OperatorError(
    `VITRINE_DOCUMENTS: the document ${JSON.stringify(id)} ${what}. Write the manifest again.`,
  );
}

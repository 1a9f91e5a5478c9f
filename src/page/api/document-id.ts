/** What codegen leaves of a document. */
interface Hashed {
  readonly __meta__: { readonly hash: string };
}

const isHashed = (document: object): document is Hashed => '__meta__' in document;

/** The id by which the gateway knows one of the page's documents. */
export function documentId(document: object): string {
  if (!isHashed(document)) throw new Error('Run `npm run codegen`: a document has no hash.');
  return document.__meta__.hash;
}

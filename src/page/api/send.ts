/** How the document with an id is sent to the gateway. */
export type Send = (id: string, variables: unknown, signal: AbortSignal | null) => Promise<Response>;

export const post: Send = (documentId, variables, signal) =>
  fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    },
    body: JSON.stringify({ documentId, variables }),
    signal,
  });

/** As the gateway tells browsers to preload it (`preloads` in build.js): with this very address, and no header. */
export const get: Send = (documentId, variables, signal) =>
  fetch(
    `/graphql?documentId=${encodeURIComponent(documentId)}&variables=${encodeURIComponent(JSON.stringify(variables))}`,
    { signal },
  );

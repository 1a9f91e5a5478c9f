import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { type DocumentParameters, hasPersistedQuery } from './document-text.js';

/** The request as Apollo Server reads it. */
export function toApolloRequest({ method, url, headers, body }: FastifyRequest): HTTPGraphQLRequest {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const start = url.indexOf('?');
  return { method, headers: map, search: start === -1 ? '' : url.slice(start), body };
}

/** The request for a document of the gateway's own. */
export function askedWith(query: string, variables: Readonly<Record<string, unknown>>): HTTPGraphQLRequest {
  const headers = new HeaderMap([['content-type', 'application/json']]);
  return { method: 'POST', headers, search: '', body: { query, variables } };
}

export function documentParametersOf(request: HTTPGraphQLRequest): DocumentParameters {
  if (request.method === 'GET') {
    const search = new URLSearchParams(request.search);
    return {
      query: search.get('query'),
      documentId: search.get('documentId'),
      extensions: fromJson(search.get('extensions')),
    };
  }
  const body = request.body instanceof Object ? request.body : {};
  return {
    query: 'query' in body ? body.query : null,
    documentId: 'documentId' in body ? body.documentId : null,
    extensions: 'extensions' in body ? body.extensions : null,
  };
}

/** Makes Apollo Server execute this text, which is the only one that was checked, whatever id the request named. */
export function executeText(request: HTTPGraphQLRequest, text: string): void {
  const { query, extensions } = documentParametersOf(request);
  const named = hasPersistedQuery(extensions);
  if (query === text && !named) return;
  if (request.method === 'GET') {
    const search = new URLSearchParams(request.search);
    // A repeated parameter stays: Apollo Server refuses it.
    if (search.getAll('query').length <= 1) search.set('query', text);
    if (named) search.delete('extensions');
    request.search = `?${String(search)}`;
  } else {
    request.body = { ...Object(request.body), query: text, ...(named ? { extensions: null } : {}) };
  }
}

/** Null for a text that is not JSON: Apollo Server reports it. */
function fromJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

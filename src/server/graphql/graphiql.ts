import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { isKnown, weakTag } from '../etag.js';
import type { SenderOf } from '../sender.js';

const EXPLORE = new URL('../../../schema/operations/explore/', import.meta.url);

/** Everything is in the page itself: it loads nothing, and sends requests only to this server. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'worker-src blob:',
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Points of sending the page, which has nine megabytes, or two with gzip. */
const PAGE_COST = 300;

interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** A tab that GraphiQL opens with. */
interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/** `GET /graphiql` opens the example operations. */
export function installGraphiQL(app: FastifyInstance, senderOf: SenderOf, operations: URL = EXPLORE): void {
  let page: Promise<Page> | undefined;

  app.get('/graphiql', async (request, reply) => {
    page ??= renderPage(operations);
    const { html, gzipped, etag } = await page;
    // Everything is in this one page, so that it changes with each version: a browser asks, but downloads it once.
    void reply.header('etag', etag).header('cache-control', 'public, no-cache');
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
    await (await senderOf(request)).pay(PAGE_COST);
    const compressed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (compressed) void reply.header('content-encoding', 'gzip');
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('vary', 'accept-encoding')
      .send(compressed ? gzipped : html);
  });
}

async function renderPage(operations: URL): Promise<Page> {
  // Nine megabytes of script, which a gateway does not need to load if nobody opens GraphiQL.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const tabs = await readTabs(operations);
  const page = renderGraphiQL({
    title: 'Vitrine',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: tabs,
  });
  const html = Buffer.from(page.replace('<body', () => `${seedStorage(tabs[0])}<body`));
  return { html, gzipped: await promisify(gzip)(html), etag: weakTag(html) };
}

/**
 * What GraphiQL would have stored if the user had typed the first tab. Without it, the tab opens without its
 * variables, and each later visit with nothing typed adds an empty tab. A link with `?query=` is opened by GraphiQL
 * itself, which leaves out its `&variables=`.
 */
function seedStorage(tab: Tab | undefined): string {
  if (!tab) return '';
  const items = JSON.stringify({ 'graphiql:query': tab.query, 'graphiql:variables': tab.variables ?? '' });
  const seed = `localStorage['graphiql:tabState'] ?? Object.assign(localStorage, ${items.replaceAll('<', '\\u003c')});`;
  return `<script>${seed}${TAKE_VARIABLES}</script>`;
}

/** Once: what the user then changes is not overwritten when the page is loaded again. */
const TAKE_VARIABLES = `{
  const link = new URL(location.href);
  if (link.searchParams.has('variables')) {
    localStorage['graphiql:variables'] = link.searchParams.get('variables');
    link.searchParams.delete('variables');
    history.replaceState(null, '', link);
  }
}`;

/** Every `<name>.graphql` in the folder, by name, with its `<name>.variables.json` if there is one. */
async function readTabs(folder: URL): Promise<Tab[]> {
  const names = await readdir(folder);
  const documents = names.filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(
    documents.map(async (name) => {
      const variables = name.replace(/\.graphql$/, '.variables.json');
      return {
        query: await readFile(new URL(name, folder), 'utf8'),
        ...(names.includes(variables)
          ? { variables: await readFile(new URL(variables, folder), 'utf8') }
          : {}),
      };
    }),
  );
}

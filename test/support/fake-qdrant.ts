import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

const alias = z.object({ alias_name: z.string(), collection_name: z.string() });
const request = z
  .object({ actions: z.array(z.object({ create_alias: alias }).partial()), searches: z.array(z.unknown()) })
  .partial();

/** Stands in for Qdrant where a test is about what happens when it fails: it accepts all writes, and finds nothing. */
export async function startFakeQdrant(): Promise<{ readonly url: string; readonly close: () => void }> {
  const aliases: z.infer<typeof alias>[] = [];

  const answer = async (asked: IncomingMessage): Promise<unknown> => {
    const { actions = [], searches = [] } = asked.method === 'GET' ? {} : request.parse(await json(asked));
    for (const { create_alias: made } of actions) if (made !== undefined) aliases.push(made);
    switch (asked.url?.replace(/\?.*$/, '').split('/').at(-1)) {
      case 'aliases':
        return { aliases };
      case 'exists':
        return { exists: false };
      case 'collections':
        return { collections: [] };
      case 'count':
        return { count: 0 };
      case 'batch':
        return searches.map(() => ({ points: [] }));
      case 'scroll':
        return { points: [] };
      default:
        return true;
    }
  };

  const server = createServer((asked, response) => {
    const send = (status: number, sent: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(sent));
    };
    if (asked.url === '/') {
      send(200, { title: 'a stand-in', version: '1.16.0' });
      return;
    }
    answer(asked).then(
      (result) => send(200, { result, status: 'ok', time: 0 }),
      (error: unknown) => send(400, { status: { error: String(error) } }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

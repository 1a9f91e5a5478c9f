import { afterAll, beforeAll } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import type { TrustedDocuments } from '../../src/server/graphql/trusted-documents.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

/** A request that a client has sent. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly body: Record<string, unknown>;
  readonly status: number;
}

export interface Shop {
  readonly gateway: () => TestGateway;
  /** The URL of the API. */
  readonly url: () => string;
  /** The global id of the product "tee", which has one SKU with a price in both markets. */
  readonly tee: () => string;
  /** `fetch`, which notes each request. */
  readonly fetch: typeof fetch;
  /** The requests since the last call. */
  readonly takeSent: () => Sent[];
}

const parameters = z.record(z.string(), z.unknown());

/** A gateway that listens, with thirty products, for all tests of a file. */
export function openShop(documents?: TrustedDocuments): Shop {
  let gateway: TestGateway | undefined;
  let address = '';
  let tee = '';
  let sent: Sent[] = [];
  beforeAll(async () => {
    gateway = await startTestGateway(
      async (db) => {
        await seedMarkets(db);
        const prices = { eu: 1_990, us: 2_490 };
        tee = toGlobalId(
          'Product',
          await seedProduct(db, { handle: 'tee', skus: [{ code: 'TEE', prices }] }),
        );
        for (let number = 1; number < 30; number += 1)
          await seedProduct(db, { handle: `p${number}`, skus: [{ code: `P${number}`, prices }] });
      },
      documents ? { documents } : {},
    );
    address = (await gateway.listen()).replace('ws', 'http');
  });
  afterAll(() => gateway?.close());
  return {
    gateway: () => {
      if (gateway === undefined) throw new Error('the shop is not open yet');
      return gateway;
    },
    url: () => address,
    tee: () => tee,
    async fetch(input, init) {
      const request = new Request(input, init);
      const text = await request.clone().text();
      const response = await fetch(request);
      sent.push({
        method: request.method,
        url: new URL(request.url),
        body: text === '' ? {} : parameters.parse(JSON.parse(text)),
        status: response.status,
      });
      return response;
    },
    takeSent() {
      const taken = sent;
      sent = [];
      return taken;
    },
  };
}

import { z } from 'zod';
import { openKnownAgents } from '../../src/agents/ucp/known-agents.js';
import { SEARCH, LOOKUP, CART, UCP_VERSION, IMAGE_SEARCH_VERSION } from '../../src/agents/ucp/protocol.js';
import type { TestGateway } from '../support/gateway.js';

/** The address of an agent's profile, which the operator has approved. */
export const AGENT = 'https://agent.example/profile.json';
/** Where the gateway of the tests is. */
export const SHOP = 'https://shop.example';
export const EXTENSION = 'example.shop.shopping.image_search';

const of = (version: string): { version: string }[] => [{ version }];

/** The agent above, with all that the gateway has. */
export const approvedAgent = () => ({
  publicUrl: SHOP,
  known: openKnownAgents(
    new Map([
      [
        AGENT,
        {
          ucp: {
            version: UCP_VERSION,
            capabilities: {
              [SEARCH]: of(UCP_VERSION),
              [LOOKUP]: of(UCP_VERSION),
              [CART]: of(UCP_VERSION),
              [EXTENSION]: of(IMAGE_SEARCH_VERSION),
            },
          },
        },
      ],
    ]),
  ),
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Calls an operation over REST. */
export async function rest(
  { http }: TestGateway,
  path: string,
  payload?: object,
  headers: Record<string, string> = {},
  method: 'GET' | 'POST' | 'PUT' = 'POST',
): Promise<Answer> {
  const response = await http.inject({
    method,
    url: `/ucp/v1${path}`,
    headers: { 'ucp-agent': `profile="${AGENT}"`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

const price = z.object({ amount: z.number(), currency: z.string() });
const variant = z.object({
  id: z.string(),
  sku: z.string(),
  title: z.string(),
  price,
  availability: z.object({ available: z.boolean(), status: z.string() }),
  inputs: z.array(z.object({ id: z.string(), match: z.string() })).optional(),
});
const stock = z.object({ as_of: z.iso.datetime({ offset: true }), proven: z.literal(true) });
const product = z.object({
  id: z.string(),
  title: z.string(),
  description: z.object({ plain: z.string() }),
  variants: z.array(variant),
  stock,
  match: z
    .object({ probability: z.number().optional(), same_product: z.boolean(), reasons: z.array(z.string()) })
    .optional(),
});
export const message = z.object({
  type: z.string(),
  code: z.string(),
  content: z.string(),
  path: z.string().optional(),
});
const ucp = z.object({
  version: z.string(),
  status: z.string().optional(),
  capabilities: z.record(z.string(), z.unknown()).optional(),
});

/** A search or a lookup. */
export const found = z.object({
  ucp,
  products: z.array(product),
  pagination: z.object({ has_next_page: z.boolean(), cursor: z.string().optional() }).optional(),
  messages: z.array(message).optional(),
});
/** One product in detail. */
export const detail = z.object({
  ucp,
  product: product.extend({
    selected: z.array(z.object({ name: z.string(), label: z.string() })),
    options: z.array(
      z.object({
        name: z.string(),
        values: z.array(z.object({ label: z.string(), exists: z.boolean(), available: z.boolean() })),
      }),
    ),
  }),
});
/** An error, whichever kind. */
export const refused = z.object({ ucp: ucp.optional(), messages: z.array(message) });
export const cart = z.object({
  ucp,
  id: z.string(),
  currency: z.string(),
  line_items: z.array(
    z.object({
      id: z.string(),
      item: z.object({ id: z.string(), title: z.string(), price: z.number() }),
      quantity: z.number(),
    }),
  ),
  totals: z.array(z.object({ type: z.string(), amount: z.number() })),
  continue_url: z.string(),
  expires_at: z.string().optional(),
});

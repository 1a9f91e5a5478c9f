import { z } from 'zod';

const money = z.object({ amount: z.string(), currencyCode: z.string() });

const held = z.object({
  id: z.string(),
  status: z.enum(['ACTIVE', 'CONFIRMED', 'RELEASED', 'EXPIRED']),
  expiresAt: z.string(),
  checkoutUrl: z.string().nullable(),
  total: money,
  lines: z.array(
    z.object({
      quantity: z.number(),
      unitPrice: money,
      sku: z
        .object({
          id: z.string(),
          options: z.array(z.object({ value: z.string() })),
          image: z.object({ url: z.string().nullable() }).nullable(),
          product: z.object({ title: z.string() }).nullable(),
        })
        .nullable(),
    }),
  ),
});
export type Held = z.infer<typeof held>;

const payload = z
  .object({
    hold: held.nullable(),
    userErrors: z.array(
      z.object({ code: z.string(), message: z.string(), field: z.array(z.string()).nullable() }),
    ),
  })
  .nullable();
export type HoldPayload = z.infer<typeof payload>;

const HELD = /* GraphQL */ `
  fragment Held on Hold {
    id
    status
    expiresAt
    checkoutUrl
    total {
      amount
      currencyCode
    }
    lines {
      quantity
      unitPrice {
        amount
        currencyCode
      }
      sku {
        id
        options {
          value
        }
        image {
          url(format: JPEG, width: 512)
        }
        product {
          title
        }
      }
    }
  }
`;

const WITH_ERRORS = /* GraphQL */ `
  hold {
    ...Held
  }
  userErrors {
    code
    message
    field
  }
`;

export const CREATE = {
  document: /* GraphQL */ `
    mutation AgentHold($channel: String!, $input: HoldCreateInput!) @inContext(channel: $channel) {
      holdCreate(input: $input) { ${WITH_ERRORS} }
    }
    ${HELD}
  `,
  data: z.object({ holdCreate: payload }),
};

export const READ = {
  document: /* GraphQL */ `
    query AgentHeld($channel: String!, $id: ID!) @inContext(channel: $channel) {
      hold(id: $id) {
        ...Held
      }
    }
    ${HELD}
  `,
  data: z.object({ hold: held.nullable() }),
};

export const REPLACE = {
  document: /* GraphQL */ `
    mutation AgentReplace($channel: String!, $input: HoldReplaceInput!) @inContext(channel: $channel) {
      holdReplace(input: $input) { ${WITH_ERRORS} }
    }
    ${HELD}
  `,
  data: z.object({ holdReplace: payload }),
};

export const RELEASE = {
  document: /* GraphQL */ `
    mutation AgentRelease($channel: String!, $input: HoldReleaseInput!) @inContext(channel: $channel) {
      holdRelease(input: $input) { ${WITH_ERRORS} }
    }
    ${HELD}
  `,
  data: z.object({ holdRelease: payload }),
};

import { z } from 'zod';
import { OPERATIONS } from '../ucp/operations.js';
import type { UcpOperation } from '../ucp/operation.js';

/** What UCP wants to know of every call. */
export const callMeta = z
  .looseObject({
    'ucp-agent': z
      .looseObject({ profile: z.string().describe('The address of the UCP profile of your platform.') })
      .optional(),
    'idempotency-key': z.string().optional().describe('The same for a call that is sent again.'),
  })
  .describe('Who calls.');

/** The schema of a value that clients send, without what only the root of a schema may have. */
function schemaOf(type: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    io: 'input',
    override({ jsonSchema }) {
      // Zod says of each integer that it is one to JavaScript; a model takes that for a limit of the shop.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return schema;
}

function toTool({ name, description, isRead, argument, hasId, input }: UcpOperation): object {
  return {
    name,
    description,
    inputSchema: {
      type: 'object',
      properties: {
        meta: schemaOf(callMeta),
        ...(hasId ? { id: { type: 'string', description: 'The id of the cart.' } } : {}),
        ...(argument === null ? {} : { [argument]: schemaOf(input) }),
      },
      required: ['meta', ...(hasId ? ['id'] : []), ...(argument === null ? [] : [argument])],
    },
    // Answers are as UCP's schemas say. Clients that validate cannot load those from elsewhere.
    outputSchema: {
      type: 'object',
      properties: {
        ucp: { type: 'object', required: ['version'], properties: { version: { type: 'string' } } },
        messages: { type: 'array', items: { type: 'object' } },
      },
      required: ['ucp'],
    },
    annotations: {
      readOnlyHint: isRead,
      destructiveHint: false,
      idempotentHint: isRead,
      openWorldHint: false,
    },
  };
}

/** What `tools/list` answers. */
export const TOOLS: readonly object[] = OPERATIONS.map(toTool);

export const toolNamed = (name: unknown): UcpOperation | undefined =>
  OPERATIONS.find((operation) => operation.name === name);

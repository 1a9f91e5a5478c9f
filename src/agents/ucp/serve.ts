import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.js';
import type { Door } from '../../graph/ask-graphql.js';
import { agree, type Envelope } from './agreement.js';
import { readAnswer } from './ask.js';
import type { KnownAgents } from './known-agents.js';
import type { UcpOperation } from './operation.js';
import { UCP_VERSION, type UcpMessage } from './protocol.js';
import { BusinessRefusal, invalid, TransportRefusal } from './refusals.js';

/** Points of reading a request and finding out whether its sender is somebody to deal with. */
const NEGOTIATION_COST = 50;

/** What the doors for agents share. */
export interface AgentServices extends Door {
  readonly agents: KnownAgents;
}

/** A call, whichever way it came. */
export interface Called {
  readonly profile: string | null;
  readonly idempotencyKey: string | null;
  readonly body: unknown;
  /** Of the resource that the call is about; empty: none. */
  readonly id: string;
}

/** An answer: what the operation has to say, or why there is nothing. */
export interface UcpAnswer {
  readonly ucp: Envelope;
  readonly messages?: readonly UcpMessage[];
  readonly continue_url?: string;
}

/**
 * Negotiates with the platform, runs the operation, and answers with its envelope.
 * @throws TransportRefusal, and what `asRefusal` makes one
 */
export async function serve(
  { ask, agents, callerOf, publicUrlOf }: AgentServices,
  request: FastifyRequest,
  reply: FastifyReply,
  operation: UcpOperation,
  called: Called,
): Promise<UcpAnswer> {
  const publicUrl = publicUrlOf(request);
  let envelope: Envelope = { version: UCP_VERSION, capabilities: {} };
  try {
    const caller = await callerOf(request);
    await caller.pay(NEGOTIATION_COST);
    const profile = await agents.profileAt(called.profile, caller);
    envelope = agree(profile, publicUrl, operation.capability);
    const call = {
      ask: async <T>(document: string, data: Parameters<typeof readAnswer<T>>[1], variables: object) =>
        readAnswer(await ask(request, reply, document, { ...variables }), data),
      publicUrl,
      acceptedLanguage: languageOf(request.headers['accept-language']),
      idempotencyKey: called.idempotencyKey,
    };
    return { ucp: envelope, ...(await operation.run(call, called.body, called.id)) };
  } catch (error) {
    if (error instanceof BusinessRefusal)
      return { ucp: { ...envelope, status: 'error' }, messages: error.messages, continue_url: publicUrl };
    throw error;
  }
}

/** What an agent is told of an error, also of one before its operation ran. Retry-After is set on the reply. */
export function asRefusal(
  { explain }: Pick<Door, 'explain'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): TransportRefusal {
  if (error instanceof TransportRefusal) return error;
  const { status, code, message } = explain(error, request, reply);
  // Fastify's own: a body that is too large or not JSON, an unknown content type.
  const isOfFastify = code === 'BAD_USER_INPUT' && !(error instanceof RequestError);
  return invalid(message, null, isOfFastify ? 'invalid_request' : code.toLowerCase(), status);
}

const languageOf = (header: string | undefined): string | null => {
  const first = /^\s*([a-z]{1,8}(?:-[a-z\d]{1,8})*)/i.exec(header ?? '')?.[1];
  return first ?? null;
};

import type { FastifyInstance } from 'fastify';
import { RequestError } from '../errors.js';
import type { Door } from '../graph/ask-graphql.js';
import { acpDiscovery } from './acp/discovery.js';
import { installMcp } from './mcp/mcp.js';
import { businessProfile } from './ucp/business-profile.js';
import { EXTENSION_PATH, imageSearchSchema } from './ucp/image-search-schema.js';
import type { KnownAgents } from './ucp/known-agents.js';
import { installRest } from './ucp/rest.js';

/** Agents keep what the gateway says about itself for five minutes; UCP asks for a minute at least. */
const PROFILE_CACHE = 'max-age=300';
/** ACP asks for an hour at least. */
const DISCOVERY_CACHE = 'max-age=3600';
/** A schema never changes: another version has another address. */
const SCHEMA_CACHE = 'max-age=86400';

export interface AgentDoorOptions {
  readonly agents: KnownAgents;
  /** How clients reach the gateway, without a slash at the end; null: as each request says. */
  readonly publicUrl: string | null;
}

/** Opens the doors for agents: UCP over REST and MCP, and what ACP wants to know. */
export function openAgentDoor(
  app: FastifyInstance,
  door: Door,
  { agents, publicUrl }: AgentDoorOptions,
): void {
  const services = { ...door, agents, publicUrlOf: publicUrl === null ? door.publicUrlOf : () => publicUrl };
  // What is made of a request's own headers is for nobody else: many proxies pass on what a client says of the host.
  const sharing = publicUrl === null ? 'private' : 'public';
  app.get('/.well-known/ucp', (request, reply) =>
    reply
      .header('cache-control', `${sharing}, ${PROFILE_CACHE}`)
      .send(businessProfile(services.publicUrlOf(request))),
  );
  app.get('/.well-known/acp.json', (request, reply) =>
    reply
      .header('cache-control', `${sharing}, ${DISCOVERY_CACHE}`)
      .send(acpDiscovery(services.publicUrlOf(request))),
  );
  app.get(EXTENSION_PATH, (request, reply) => {
    const schema = imageSearchSchema(services.publicUrlOf(request));
    if (schema === null)
      throw new RequestError(
        'NOT_FOUND',
        'The extension has no name here, because this address has no domain.',
      );
    return reply
      .header('cache-control', `${sharing}, ${SCHEMA_CACHE}`)
      .type('application/schema+json')
      .send(schema);
  });
  installRest(app, services);
  installMcp(app, services, publicUrl !== null);
}

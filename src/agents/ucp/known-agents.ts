import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { request } from 'undici';
import { z } from 'zod';
import type { DoorCaller } from '../../graph/ask-graphql.js';
import { errorMessage, OperatorError } from '../../platform/operator-error.js';
import { parseUrl } from '../../platform/parse-url.js';
import { openPublicAgent, type PublicAgentOptions } from '../../platform/public-addresses.js';
import { sharesOf } from '../../platform/shares.js';
import { notAgreed, TransportRefusal } from './refusals.js';

/** UCP asks for no less; published profiles have less than 5 kB. */
const MAX_PROFILE_BYTES = 128 * 1024;
/** A request waits for it. */
const FETCH_TIMEOUT_MS = 3_000;
/** Whatever its server says, a profile is kept for at least a minute (UCP) and at most an hour. */
const MIN_KEPT_MS = 60_000;
const MAX_KEPT_MS = 60 * 60 * 1_000;
/** After a failure, requests fail at once for this long instead of waiting for the same failure. */
const FAILED_MS = 30_000;
/** What is kept for one site: a profile of any size, or dozens of those that are published. Its own oldest ones go first. */
const MAX_KEPT_BYTES_OF_ONE = MAX_PROFILE_BYTES + 4_000;
/** The same for all of them together; then those that are not used for longest are forgotten. */
const MAX_KEPT_BYTES = 256 * MAX_KEPT_BYTES_OF_ONE;
/** More sites than send agents at a time. */
const MAX_SITES = 10_000;
/** What a failure takes in memory. */
const FAILURE_BYTES = 1_000;
/** Downloads at once, over all callers: what unknown platforms can make the gateway do. Most of them wait for a server. */
const MAX_FETCHES = 400;
/** Of one site, so that one that names silent servers does not keep the platforms of others out. */
const MAX_FETCHES_OF_ONE = 2;
/** Points of a download: a connection, a TLS handshake, and parsing. */
const FETCH_COST = 200;
/** Longer than any address of a profile. */
const MAX_URL_CHARS = 2_000;

const capability = z.object({ version: z.string() });

/** What is read of a platform's profile. */
const agentProfile = z.object({
  ucp: z.object({
    version: z.string(),
    capabilities: z.record(z.string(), z.array(capability)).default({}),
  }),
});
export type AgentProfile = z.infer<typeof agentProfile>;

/** What platforms say about themselves. */
export interface KnownAgents {
  /**
   * The profile at this address: one that the operator has approved, or else downloaded and kept. One that cannot be read
   * again is used until it is an hour old. The caller pays before a download. @throws TransportRefusal, ThrottledError
   */
  profileAt(url: string | null, caller: DoorCaller): Promise<AgentProfile>;
  close(): Promise<void>;
}

/** Platforms that the operator has approved, by the address of their profile. */
export type ApprovedAgents = ReadonlyMap<string, AgentProfile>;

/** Reads a file with approved profiles by their addresses. @throws OperatorError */
export async function readApprovedAgents(path: string | null): Promise<ApprovedAgents> {
  if (path === null) return new Map();
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    return new Map(Object.entries(z.record(z.string(), agentProfile).parse(json)));
  } catch (error) {
    throw new OperatorError(
      `VITRINE_AGENT_PROFILES names ${path}, which is not a JSON object of UCP platform profiles by their addresses: ${errorMessage(error)}`,
      { cause: error },
    );
  }
}

/** Downloads profiles from public addresses over https only, follows no redirects, and keeps what it got. */
export function openKnownAgents(
  approved: ApprovedAgents,
  options: Pick<PublicAgentOptions, 'allows' | 'ca'> = {},
): KnownAgents {
  const dispatcher = openPublicAgent({
    ...options,
    headersTimeout: FETCH_TIMEOUT_MS,
    bodyTimeout: FETCH_TIMEOUT_MS,
    maxResponseSize: MAX_PROFILE_BYTES,
  });
  const kept = new LRUCache<string, { readonly profile: AgentProfile | TransportRefusal }>({
    maxSize: MAX_KEPT_BYTES,
  });
  /** For when they cannot be read again. */
  const lastRead = new LRUCache<string, AgentProfile>({ maxSize: MAX_KEPT_BYTES, ttl: MAX_KEPT_MS });
  /** By site, the addresses that are kept for it. */
  const keptFor = new LRUCache<string, LRUCache<string, true>>({ max: MAX_SITES });
  const fetching = new Map<string, Promise<AgentProfile>>();
  const ofSites = sharesOf(MAX_FETCHES_OF_ONE);

  const keep = (
    url: string,
    profile: AgentProfile | TransportRefusal,
    { ms, size, site }: { readonly ms: number; readonly size: number; readonly site: string },
  ): void => {
    kept.set(url, { profile }, { ttl: ms, size });
    const own =
      keptFor.get(site) ??
      new LRUCache<string, true>({
        maxSize: MAX_KEPT_BYTES_OF_ONE,
        dispose: (_, forgotten, reason) => {
          if (reason !== 'evict') return;
          kept.delete(forgotten);
          lastRead.delete(forgotten);
        },
      });
    keptFor.set(site, own);
    own.set(url, true, { size });
  };

  const download = async (url: string, site: string): Promise<AgentProfile> => {
    try {
      const { profile, ms, size } = await fetchProfile(url);
      keep(url, profile, { ms, size, site });
      lastRead.set(url, profile, { size });
      return profile;
    } catch (error) {
      const refusal = error instanceof TransportRefusal ? error : unreachable(url, errorMessage(error));
      const last = lastRead.get(url);
      keep(url, last ?? refusal, { ms: FAILED_MS, size: FAILURE_BYTES + url.length, site });
      if (last === undefined) throw refusal;
      return last;
    }
  };
  const fetchProfile = async (url: string): Promise<{ profile: AgentProfile; ms: number; size: number }> => {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      headers: { accept: 'application/json' },
    });
    if (statusCode !== 200) {
      await body.dump();
      throw unreachable(url, `its server answered with status ${statusCode}`);
    }
    const text = await body.text();
    const { data, error } = agentProfile.safeParse(fromJson(text));
    if (data === undefined)
      throw notAgreed(
        422,
        'profile_malformed',
        `The profile at ${url} is not a UCP profile: ${error.issues[0]?.message ?? ''}.`,
      );
    const ms = msToKeep(String(headers['cache-control'] ?? ''));
    return { profile: data, ms, size: url.length + text.length };
  };

  return {
    async profileAt(url, caller) {
      if (url === null)
        throw notAgreed(
          400,
          'invalid_profile_url',
          'Say who you are: send the address of your UCP profile in the header UCP-Agent: profile="https://…", or over MCP in meta["ucp-agent"].profile.',
        );
      const known = approved.get(url) ?? kept.get(url)?.profile;
      if (known instanceof TransportRefusal) throw known;
      if (known !== undefined) return known;
      if (url.length > MAX_URL_CHARS || parseUrl(url)?.protocol !== 'https:')
        throw notAgreed(400, 'invalid_profile_url', 'The address of your UCP profile must be an https URL.');
      const running = fetching.get(url);
      if (running !== undefined) return running;
      await caller.pay(FETCH_COST);
      const { name: site } = caller;
      // While many are read, one is all that a site has.
      const places = fetching.size < MAX_FETCHES / 2 ? 1 : MAX_FETCHES_OF_ONE;
      if (fetching.size >= MAX_FETCHES || !ofSites.take(site, places)) {
        const last = lastRead.get(url);
        if (last !== undefined) return last;
        throw new TransportRefusal(503, [
          {
            type: 'error',
            code: 'service_overloaded',
            content: 'Too many profiles of platforms are being read right now: try again in a few seconds.',
            severity: 'recoverable',
          },
        ]);
      }
      const started = download(url, site).finally(() => {
        fetching.delete(url);
        ofSites.giveBack(site, places);
      });
      fetching.set(url, started);
      return started;
    },
    close: () => dispatcher.destroy(),
  };
}

const unreachable = (url: string, why: string): TransportRefusal =>
  notAgreed(424, 'profile_unreachable', `The profile at ${url} cannot be read: ${why.replace(/\.$/, '')}.`);

function msToKeep(cacheControl: string): number {
  const seconds = Number(/(?:^|[,\s])max-age=(\d{1,9})/i.exec(cacheControl)?.[1] ?? 0);
  return Math.min(MAX_KEPT_MS, Math.max(MIN_KEPT_MS, seconds * 1_000));
}

function fromJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

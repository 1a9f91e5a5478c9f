import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const DEFAULT_ENCODER = fileURLToPath(new URL('../models/garment-lite2/', import.meta.url));

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Compose files and shells set variables to empty strings, so an empty variable counts as unset. */
const blankAsUnset = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankAsUnset, schema.optional());

/** A week of 5,000 phone photos a day, or far more after they were scaled down by an app. */
const DEFAULT_UPLOADS_MAX_GB = 100;

/** Longer than any orchestrator waits for a process to stop. */
const MAX_DRAIN_SECONDS = 600;
/**
 * What callers without an API key may be given. Everything else writes, or takes stock from others without limits.
 */
const ANONYMOUS_SCOPES = ['catalog:read', 'boards'] as const;
export type AnonymousScope = (typeof ANONYMOUS_SCOPES)[number];

/** How the tokens that name shoppers are verified. */
export interface ShopperConfig {
  /** The claim `iss` that every token must have. */
  readonly issuer: string;
  /** The claim `aud` that every token must have; null: any. */
  readonly audience: string | null;
  /** The address of the issuer's public keys, or the secret that it shares with the gateway. */
  readonly keys: { readonly jwks: URL } | { readonly secret: string };
}

/** As long as the digest that it keys (RFC 7518); a shorter one can be guessed from a token. */
const MIN_SHOPPER_SECRET_BYTES = 32;

/** Limits on holds of callers without the scope holds:create. Callers with the scope have none of these limits. */
export interface GuestLimits {
  /**
   * The part of an SKU's sellable units that all guests together may hold, rounded up to whole units. One client address
   * may hold half of that, rounded up again.
   */
  readonly share: number;
  /** Maximum units in a hold. */
  readonly units: number;
  /** Maximum units in all active holds of a client address. */
  readonly activeUnits: number;
  /** Maximum lines in a hold. */
  readonly lines: number;
  /** Maximum active holds per client address; 0: these callers cannot hold at all. */
  readonly holds: number;
  readonly seconds: number;
}

/**
 * A fifth leaves most of the stock to shoppers with a key, and still lets a shop with little stock sell to guests.
 */
const DEFAULT_GUEST_HOLD_SHARE = 0.2;
/** A large basket of clothes has about ten units. No shopper needs more than twice that. */
const DEFAULT_GUEST_HOLD_UNITS = 20;
/**
 * A few large baskets behind one address. Where little is left of each SKU, this is also how many SKUs one address can
 * empty for other guests.
 */
const DEFAULT_GUEST_UNITS = 50;
/** The same as the limit on units, because every unit in a basket may be on its own line. */
const DEFAULT_GUEST_HOLD_LINES = 20;
/** One shopper needs one hold, but an office or a family may share an address. */
const DEFAULT_GUEST_HOLDS = 20;
/** Typing in an address and paying takes a few minutes. */
const DEFAULT_GUEST_HOLD_SECONDS = 900;

/**
 * Points per second of an anonymous client: about a sixth of a core. A page costs 500 to 3,000 points, and an
 * office or a family may share an address.
 */
const DEFAULT_ANONYMOUS_BUDGET = 5_000;
/** A storefront's server sends the requests of all its shoppers. */
const DEFAULT_KEY_BUDGET = 20_000;
/** The first screens of an app come at once, then nothing for a while. */
const DEFAULT_BURST_SECONDS = 20;
/** More than any gateway serves: for no limit. */
const MAX_BUDGET = 1_000_000_000;
/** An hour. */
const MAX_BURST_SECONDS = 3_600;

const wholeNumber = (fallback: number, { least = 1, most = 1_000_000 } = {}): z.ZodType<number> =>
  z.preprocess(
    blankAsUnset,
    z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(least, `must be at least ${least}`)
      .max(most, `must be at most ${most}`)
      .default(fallback),
  );

const IMAGE_STORE = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>[\w.!*'()/-]*))?$/;

const port = (fallback: number) =>
  z.preprocess(
    blankAsUnset,
    z.coerce
      .number('must be a port number')
      .int('must be a whole number')
      .min(0)
      .max(65_535, 'must be at most 65535')
      .default(fallback),
  );

const optionalWholeNumber = optional(
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1_000, 'must be at most 1000'),
);

const proxy = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be IP addresses or CIDR ranges, separated by commas: 10.0.0.0/8,fd00::/8',
});
const list = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);

const anonymousScopes = z
  .string()
  .default(ANONYMOUS_SCOPES.join())
  .transform((text) => (text.trim() === 'none' ? [] : list(text)))
  .pipe(
    z.array(
      z.enum(ANONYMOUS_SCOPES, {
        error: ({ input }) =>
          `${String(input)} cannot be given to callers without an API key: use ${ANONYMOUS_SCOPES.join(',')}, one of them, or none`,
      }),
    ),
  )
  .transform((scopes): ReadonlySet<AnonymousScope> => new Set(scopes));

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database');

const otlpEndpoint = optional(z.url({ protocol: /^https?$/, error: 'must look like http://collector:4318' }));

const environment = z.object({
  HOST: z.preprocess(blankAsUnset, z.string().default('127.0.0.1')),
  PORT: port(4000),
  DATABASE_URL: optional(databaseUrl),
  QDRANT_URL: optional(z.url({ protocol: /^https?$/, error: 'must look like http://host:6333' })),
  QDRANT_API_KEY: optional(z.string()),
  QDRANT_COLLECTION: z.preprocess(
    blankAsUnset,
    z
      .string()
      .regex(/^[\w-]{1,200}$/, 'must be letters, digits, _, and -')
      .default('vitrine'),
  ),
  QDRANT_SHARDS: optionalWholeNumber,
  QDRANT_REPLICATION_FACTOR: optionalWholeNumber,
  QDRANT_WRITE_CONSISTENCY: optionalWholeNumber,
  VITRINE_DATA: z.preprocess(blankAsUnset, z.string().default('.vitrine')),
  VITRINE_IMAGE_STORE: optional(
    z.string().regex(IMAGE_STORE, 'must look like s3://bucket or s3://bucket/prefix'),
  ),
  VITRINE_ENCODER: z.preprocess(blankAsUnset, z.string().default(DEFAULT_ENCODER)),
  VITRINE_DETECTOR: optional(z.string()),
  VITRINE_DEMO: z.preprocess(blankAsUnset, z.enum(['0', '1'], 'must be 0 or 1').default('1')),
  VITRINE_SUBGRAPH: z.preprocess(blankAsUnset, z.enum(['0', '1'], 'must be 0 or 1').default('0')),
  VITRINE_METRICS_HOST: z.preprocess(blankAsUnset, z.string().default('127.0.0.1')),
  // Any free port, so that several gateways start on one machine without any settings.
  VITRINE_METRICS_PORT: port(0),
  VITRINE_PUBLIC_URL: optional(
    z
      .url({ protocol: /^https?$/, error: 'must look like https://shop.example' })
      .refine(
        (url) => !URL.canParse(url) || /^[/]?$/.test(new URL(url).pathname + new URL(url).search),
        'must have no path',
      ),
  ),
  VITRINE_UPLOADS_MAX_GB: z.preprocess(
    blankAsUnset,
    z.coerce.number('must be a number').positive('must be above 0').default(DEFAULT_UPLOADS_MAX_GB),
  ),
  VITRINE_IMAGE_HOSTS: z.preprocess(blankAsUnset, z.string().default('')),
  VITRINE_WEBHOOK_HOSTS: z.preprocess(blankAsUnset, z.string().default('')),
  VITRINE_AGENT_PROFILES: optional(z.string()),
  VITRINE_DESIGN_JOBS: optional(z.enum(['0', '1'], 'must be 0 or 1')),
  VITRINE_DIFFUSION_URL: optional(
    z
      .url({ protocol: /^https?$/, error: 'must look like http://generator:7860' })
      .transform((url) => url.replace(/[/]+$/, '')),
  ),
  VITRINE_DIFFUSION_API: z.preprocess(
    blankAsUnset,
    z.enum(['automatic1111', 'openai'], 'must be automatic1111 or openai').default('automatic1111'),
  ),
  VITRINE_DIFFUSION_KEY: optional(z.string()),
  VITRINE_DIFFUSION_MODEL: optional(z.string()),
  VITRINE_DOCUMENTS: z.preprocess(blankAsUnset, z.string().default('')),
  VITRINE_TRUSTED_PROXIES: z.preprocess(
    blankAsUnset,
    z.string().default('').transform(list).pipe(z.array(proxy)),
  ),
  VITRINE_ANONYMOUS_BUDGET: wholeNumber(DEFAULT_ANONYMOUS_BUDGET, { most: MAX_BUDGET }),
  VITRINE_KEY_BUDGET: wholeNumber(DEFAULT_KEY_BUDGET, { most: MAX_BUDGET }),
  VITRINE_BURST_SECONDS: wholeNumber(DEFAULT_BURST_SECONDS, { most: MAX_BURST_SECONDS }),
  VITRINE_ANONYMOUS_SCOPES: z.preprocess(blankAsUnset, anonymousScopes),
  VITRINE_SHOPPER_ISSUER: optional(z.string()),
  VITRINE_SHOPPER_AUDIENCE: optional(z.string()),
  VITRINE_SHOPPER_JWKS: optional(z.url({ protocol: /^https$/, error: 'must be an https URL' })),
  VITRINE_SHOPPER_SECRET: optional(
    z
      .string()
      .refine(
        (secret) => Buffer.byteLength(secret) >= MIN_SHOPPER_SECRET_BYTES,
        `must have at least ${MIN_SHOPPER_SECRET_BYTES} bytes`,
      ),
  ),
  VITRINE_GUEST_HOLD_SHARE: z.preprocess(
    blankAsUnset,
    z.coerce
      .number('must be a number')
      .positive('must be above 0')
      .max(1, 'must be at most 1')
      .default(DEFAULT_GUEST_HOLD_SHARE),
  ),
  VITRINE_GUEST_HOLD_UNITS: wholeNumber(DEFAULT_GUEST_HOLD_UNITS),
  VITRINE_GUEST_UNITS: wholeNumber(DEFAULT_GUEST_UNITS),
  VITRINE_GUEST_HOLD_LINES: wholeNumber(DEFAULT_GUEST_HOLD_LINES),
  VITRINE_GUEST_HOLDS: wholeNumber(DEFAULT_GUEST_HOLDS, { least: 0 }),
  VITRINE_GUEST_HOLD_SECONDS: wholeNumber(DEFAULT_GUEST_HOLD_SECONDS),
  VITRINE_DRAIN_SECONDS: z.preprocess(
    blankAsUnset,
    z.coerce
      .number('must be a number')
      .min(0, 'must be at least 0')
      .max(MAX_DRAIN_SECONDS, `must be at most ${MAX_DRAIN_SECONDS}`)
      .default(0),
  ),

  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpEndpoint,
  LOG_LEVEL: z.preprocess(
    blankAsUnset,
    z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  ),
});

/** Where blobs are: in a folder (absolute), or in a bucket below a prefix without slashes at its ends. */
export type BlobPlace = { readonly folder: string } | { readonly bucket: string; readonly prefix: string };
/** Where to listen; port 0 is any free port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The settings of a process. A setting that is null was not configured, and the embedded default is used. */
export interface Config {
  readonly http: Address;
  /** Where metrics are served; not for the public. */
  readonly metrics: Address;
  readonly databaseUrl: string | null;
  readonly qdrant: {
    readonly url: string;
    readonly apiKey: string | null;
    readonly collection: string;
    /** How a new collection is spread over a cluster; null: as Qdrant does by default. */
    readonly cluster?: {
      readonly shards: number | null;
      readonly replicationFactor: number | null;
      /** How many replicas must have applied a write before it is confirmed. */
      readonly writeConsistency: number | null;
    };
  } | null;
  /** Folder of the embedded Postgres and of the image store; absolute. */
  readonly dataFolder: string;
  /** Where product images and uploads are. */
  readonly imageStore: { readonly images: BlobPlace; readonly uploads: BlobPlace };
  /** The oldest uploads are removed while all together have more. */
  readonly maxUploadBytes: number;
  /** How clients reach the gateway, without a slash at the end; null: as each request says. */
  readonly publicUrl: string | null;
  /** Folder with model.json, or as Hugging Face has it; absolute. */
  readonly encoderFolder: string;
  /** Folder with detector.json; absolute. Null: the included networks find what people wear. */
  readonly detectorFolder: string | null;
  readonly demo: boolean;
  /** Whether the gateway is a subgraph of Apollo Federation. */
  readonly subgraph: boolean;
  /** Hosts that `ImageInput.url` may name, with the port unless it is 443; empty by default. */
  readonly imageHosts: ReadonlySet<string>;
  /**
   * Hosts of webhooks that may have private addresses and use http, with the port if it is not the default one;
   * empty by default.
   */
  readonly webhookHosts: ReadonlySet<string>;
  /** A file with the UCP profiles of agents that the operator has approved; absolute. Null: none. */
  readonly agentProfiles: string | null;
  /** Whether the gateway works on design jobs itself: by default, if its Postgres is the embedded one. */
  readonly designJobs: boolean;
  /** The server of an image generator; null: there is none. */
  readonly diffusion: {
    /** Without a slash at the end. */
    readonly url: string;
    readonly api: 'automatic1111' | 'openai';
    readonly key: string | null;
    readonly model: string | null;
  } | null;
  /** Addresses and CIDR ranges of proxies that are trusted to report the client's address. */
  readonly trustedProxies: readonly string[];
  /** Manifests of trusted documents; absolute. */
  readonly documentManifests: readonly string[];
  readonly anonymousScopes: ReadonlySet<AnonymousScope>;
  /** Null: the gateway accepts no shopper tokens. */
  readonly shoppers: ShopperConfig | null;
  readonly guestLimits: GuestLimits;
  /** Points that callers may spend. */
  readonly budgets: {
    /** Per second, for an anonymous client and for an API key without a budget of its own. */
    readonly anonymousRate: number;
    readonly keyRate: number;
    readonly burstSeconds: number;
  };
  /** How long a gateway that is stopped still serves, unready, so that load balancers stop sending requests. */
  readonly drainSeconds: number;
  /** Whether traces are exported. The OpenTelemetry SDK reads its other variables itself. */
  readonly tracing: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** One or more variables are invalid; the message lists all of them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError that lists every mistake */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => `  ${String(path[0])}: ${message}`);
    throw new ConfigError(`The environment variables are invalid:\n${[...new Set(mistakes)].join('\n')}`);
  }
  const values = parsed.data;
  return {
    http: { host: values.HOST, port: values.PORT },
    metrics: { host: values.VITRINE_METRICS_HOST, port: values.VITRINE_METRICS_PORT },
    databaseUrl: values.DATABASE_URL ?? null,
    qdrant:
      values.QDRANT_URL === undefined
        ? null
        : {
            url: values.QDRANT_URL,
            apiKey: values.QDRANT_API_KEY ?? null,
            collection: values.QDRANT_COLLECTION,
            cluster: {
              shards: values.QDRANT_SHARDS ?? null,
              replicationFactor: values.QDRANT_REPLICATION_FACTOR ?? null,
              writeConsistency: values.QDRANT_WRITE_CONSISTENCY ?? null,
            },
          },
    dataFolder: resolve(values.VITRINE_DATA),
    imageStore: {
      images: blobPlace(values, 'images'),
      uploads: blobPlace(values, 'uploads'),
    },
    maxUploadBytes: values.VITRINE_UPLOADS_MAX_GB * 1e9,
    publicUrl: values.VITRINE_PUBLIC_URL === undefined ? null : new URL(values.VITRINE_PUBLIC_URL).origin,
    encoderFolder: resolve(values.VITRINE_ENCODER),
    detectorFolder: values.VITRINE_DETECTOR === undefined ? null : resolve(values.VITRINE_DETECTOR),
    demo: values.VITRINE_DEMO === '1',
    subgraph: values.VITRINE_SUBGRAPH === '1',
    imageHosts: new Set(list(values.VITRINE_IMAGE_HOSTS.toLowerCase())),
    webhookHosts: new Set(list(values.VITRINE_WEBHOOK_HOSTS.toLowerCase())),
    agentProfiles:
      values.VITRINE_AGENT_PROFILES === undefined ? null : resolve(values.VITRINE_AGENT_PROFILES),
    designJobs: (values.VITRINE_DESIGN_JOBS ?? (values.DATABASE_URL === undefined ? '1' : '0')) === '1',
    diffusion:
      values.VITRINE_DIFFUSION_URL === undefined
        ? null
        : {
            url: values.VITRINE_DIFFUSION_URL,
            api: values.VITRINE_DIFFUSION_API,
            key: values.VITRINE_DIFFUSION_KEY ?? null,
            model: values.VITRINE_DIFFUSION_MODEL ?? null,
          },
    trustedProxies: values.VITRINE_TRUSTED_PROXIES,
    documentManifests: list(values.VITRINE_DOCUMENTS).map((path) => resolve(path)),
    anonymousScopes: values.VITRINE_ANONYMOUS_SCOPES,
    shoppers: readShoppers(values),
    guestLimits: {
      share: values.VITRINE_GUEST_HOLD_SHARE,
      units: values.VITRINE_GUEST_HOLD_UNITS,
      activeUnits: values.VITRINE_GUEST_UNITS,
      lines: values.VITRINE_GUEST_HOLD_LINES,
      holds: values.VITRINE_GUEST_HOLDS,
      seconds: values.VITRINE_GUEST_HOLD_SECONDS,
    },
    budgets: {
      anonymousRate: values.VITRINE_ANONYMOUS_BUDGET,
      keyRate: values.VITRINE_KEY_BUDGET,
      burstSeconds: values.VITRINE_BURST_SECONDS,
    },
    drainSeconds: values.VITRINE_DRAIN_SECONDS,
    tracing:
      values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined ||
      values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined,
    logLevel: values.LOG_LEVEL,
  };
}

function blobPlace(
  { VITRINE_DATA, VITRINE_IMAGE_STORE = '' }: z.infer<typeof environment>,
  name: 'images' | 'uploads',
): BlobPlace {
  const { bucket, prefix = '' } = IMAGE_STORE.exec(VITRINE_IMAGE_STORE)?.groups ?? {};
  if (bucket === undefined) return { folder: resolve(VITRINE_DATA, name) };
  return { bucket, prefix: [...prefix.split('/').filter(Boolean), name].join('/') };
}

/** @throws ConfigError when a part is missing or the key is given twice */
function readShoppers(values: z.infer<typeof environment>): ShopperConfig | null {
  const issuer = values.VITRINE_SHOPPER_ISSUER ?? null;
  const audience = values.VITRINE_SHOPPER_AUDIENCE ?? null;
  const jwks = values.VITRINE_SHOPPER_JWKS ?? null;
  const secret = values.VITRINE_SHOPPER_SECRET ?? null;
  if (issuer === null) {
    if (audience === null && jwks === null && secret === null) return null;
    throw new ConfigError(
      'VITRINE_SHOPPER_ISSUER is missing: set it to the claim "iss" of the shopper tokens.',
    );
  }
  if (jwks !== null && secret === null) return { issuer, audience, keys: { jwks: new URL(jwks) } };
  if (secret !== null && jwks === null) return { issuer, audience, keys: { secret } };
  throw new ConfigError(
    'Set exactly one of VITRINE_SHOPPER_JWKS (the URL of public keys) and VITRINE_SHOPPER_SECRET to verify shopper tokens.',
  );
}

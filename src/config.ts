import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const DEFAULT_ENCODER = fileURLToPath(new URL('../models/garment-lite0/', import.meta.url));

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** An unset variable and an empty one mean the same: compose files and shells produce both. */
const blankAsUnset = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankAsUnset, schema.optional());

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database');

const environment = z.object({
  HOST: z.preprocess(blankAsUnset, z.string().default('127.0.0.1')),
  PORT: z.preprocess(
    blankAsUnset,
    z.coerce
      .number('must be a port number')
      .int('must be a whole number')
      .min(0)
      .max(65_535, 'must be at most 65535')
      .default(4000),
  ),
  DATABASE_URL: optional(databaseUrl),
  QDRANT_URL: optional(z.url({ protocol: /^https?$/, error: 'must look like http://host:6333' })),
  QDRANT_API_KEY: optional(z.string()),
  QDRANT_COLLECTION: z.preprocess(
    blankAsUnset,
    z
      .string()
      .regex(/^[\w-]{1,200}$/, 'must be letters, digits, _ and -')
      .default('vitrine'),
  ),
  VITRINE_DATA: z.preprocess(blankAsUnset, z.string().default('.vitrine')),
  VITRINE_ENCODER: z.preprocess(blankAsUnset, z.string().default(DEFAULT_ENCODER)),
  VITRINE_DETECTOR: optional(z.string()),
  VITRINE_DEMO: z.preprocess(blankAsUnset, z.enum(['0', '1'], 'must be 0 or 1').default('1')),
  VITRINE_IMAGE_HOSTS: z.preprocess(blankAsUnset, z.string().default('')),
  LOG_LEVEL: z.preprocess(
    blankAsUnset,
    z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  ),
});

/** The settings of a process. What is not configured is null: then the embedded default takes its place. */
export interface Config {
  readonly http: { readonly host: string; readonly port: number };
  readonly databaseUrl: string | null;
  readonly qdrant: {
    readonly url: string;
    readonly apiKey: string | null;
    readonly collection: string;
  } | null;
  /** Folder of the embedded Postgres and of the image store; absolute. */
  readonly dataFolder: string;
  /** Folder with model.json; absolute. */
  readonly encoderFolder: string;
  /** Folder with detector.json; absolute. Null: what stands before the ground is proposed instead. */
  readonly detectorFolder: string | null;
  readonly demo: boolean;
  /** Hosts that `ImageInput.url` may name; none unless configured. */
  readonly imageHosts: ReadonlySet<string>;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** Some variables were wrong; the message lists every one of them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError that names every mistake at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new ConfigError(`The environment is not usable:\n${mistakes.join('\n')}`);
  }
  const values = parsed.data;
  return {
    http: { host: values.HOST, port: values.PORT },
    databaseUrl: values.DATABASE_URL ?? null,
    qdrant:
      values.QDRANT_URL === undefined
        ? null
        : {
            url: values.QDRANT_URL,
            apiKey: values.QDRANT_API_KEY ?? null,
            collection: values.QDRANT_COLLECTION,
          },
    dataFolder: resolve(values.VITRINE_DATA),
    encoderFolder: resolve(values.VITRINE_ENCODER),
    detectorFolder: values.VITRINE_DETECTOR === undefined ? null : resolve(values.VITRINE_DETECTOR),
    demo: values.VITRINE_DEMO === '1',
    imageHosts: new Set(
      values.VITRINE_IMAGE_HOSTS.split(',')
        .map((host) => host.trim().toLowerCase())
        .filter(Boolean),
    ),
    logLevel: values.LOG_LEVEL,
  };
}

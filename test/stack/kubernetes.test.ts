import { spawnSync } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, describe, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../src/config.js';
import {
  type Manifest,
  manifestsOf,
  patchFilesOf,
  readKustomization,
  readManifests,
} from './kustomization.js';
import { typeFaults } from './typed-manifests.js';

const KUBERNETES = fileURLToPath(new URL('../../docker/kubernetes/', import.meta.url));
const BASE = `${KUBERNETES}base`;
const CLUSTER = `${KUBERNETES}overlays/qdrant-cluster`;
const DIFFUSION = `${KUBERNETES}overlays/diffusion`;

const model = z.custom<new (data: object) => { validate(): void }>((value) => typeof value === 'function');

/** Throws what the JSON schema of Kubernetes says against the manifest. */
async function validate(manifest: Manifest): Promise<void> {
  const module: unknown = await import(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`);
  const Model = z
    .record(z.string(), z.unknown())
    .pipe(z.looseObject({ [manifest.kind]: model }))
    .parse(module)[manifest.kind];
  if (Model === undefined) throw new Error(`There is no ${manifest.apiVersion} ${manifest.kind}.`);
  new Model(manifest).validate();
}

const podTemplate = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }),
        containers: z.array(
          z.looseObject({
            image: z.string(),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
            resources: z.object({
              requests: z.looseObject({ cpu: z.string(), memory: z.string() }),
              limits: z.looseObject({ memory: z.string() }),
            }),
            ports: z.array(z.object({ name: z.string() })).default([]),
          }),
        ),
      }),
    }),
  }),
});
const PODS = ['Deployment', 'Job', 'StatefulSet'];

describe.each([
  ['the base', BASE],
  ['the overlay with a Qdrant cluster', CLUSTER],
  ['the overlay with an image generator', DIFFUSION],
])('%s', (_what, folder) => {
  test('is valid Kubernetes', async () => {
    const manifests = await manifestsOf(folder);
    expect(manifests.length).toBeGreaterThan(8);
    expect(typeFaults(manifests)).toEqual([]);
    for (const manifest of manifests) await validate(manifest);
  });

  test('runs everything without privileges, with requests and limits', async () => {
    const manifests = await manifestsOf(folder);
    const pods = manifests.filter(({ kind }) => PODS.includes(kind));
    expect(pods.length).toBeGreaterThanOrEqual(3);
    for (const pod of pods) podTemplate.parse(pod);
  });

  test('refers to what there is', async () => {
    const manifests = await manifestsOf(folder);
    const { patches, images } = await readKustomization(folder);
    for (const file of await patchFilesOf(folder)) await access(file);
    for (const { target } of patches) {
      const names = target.name.split('|');
      const found = manifests.filter(
        ({ kind, metadata }) => kind === target.kind && names.includes(metadata.name),
      );
      expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
    }
    const containers = manifests
      .filter(({ kind }) => PODS.includes(kind))
      .flatMap((pod) => podTemplate.parse(pod).spec.template.spec.containers);
    for (const { name, newTag } of images)
      expect(containers.map(({ image }) => image)).toContain(`${name}:${newTag}`);
    const pods = manifests
      .filter(({ kind }) => PODS.includes(kind))
      .map((pod) => podTemplate.parse(pod).spec.template.metadata.labels);
    const selecting = z.looseObject({
      spec: z.looseObject({
        selector: z
          .union([
            z
              .object({ matchLabels: z.record(z.string(), z.string()) })
              .transform(({ matchLabels }) => matchLabels),
            z.record(z.string(), z.string()),
          ])
          .optional(),
      }),
    });
    for (const one of manifests) {
      const selector = selecting.safeParse(one).data?.spec.selector;
      if (selector === undefined) continue;
      const wanted = Object.entries(selector);
      expect(pods.some((labels) => wanted.every(([label, value]) => labels[label] === value))).toBe(true);
    }
  });
});

const probe = (path: string) => z.looseObject({ httpGet: z.object({ path: z.literal(path) }) });
const gatewayPod = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        containers: z.tuple([
          z.object({
            env: z.array(z.object({ name: z.string(), value: z.string() })),
            startupProbe: probe('/health/live'),
            readinessProbe: probe('/health/ready'),
            livenessProbe: probe('/health/live'),
          }),
        ]),
      }),
    }),
  }),
});
/** After it has drained, a process ends within this time. */
const EXIT_SECONDS = 20;

test('a gateway is asked whether it is alive and ready, and has time to drain before it is killed', async () => {
  const manifests = await readManifests(`${BASE}/gateway.yaml`);
  const { spec } = gatewayPod.parse(manifests.find(({ kind }) => kind === 'Deployment')).spec.template;
  const [{ env }] = spec.containers;
  const drain = Number(env.find(({ name }) => name === 'VITRINE_DRAIN_SECONDS')?.value);
  // Two failed probes, after which no request comes any more.
  expect(drain).toBeGreaterThanOrEqual(10);
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + EXIT_SECONDS);
});

test('there is always a gateway, and each pod has rules of whom it may talk to', async () => {
  const manifests = await manifestsOf(BASE);
  const ofKind = (kind: string) => manifests.filter((one) => one.kind === kind);
  const scaled = z.object({ spec: z.object({ scaleTargetRef: z.object({ name: z.string() }) }) });
  expect(ofKind('HorizontalPodAutoscaler').map((one) => scaled.parse(one).spec.scaleTargetRef.name)).toEqual(
    expect.arrayContaining(['vitrine', 'vitrine-design-worker']),
  );
  const budget = z.object({ spec: z.object({ minAvailable: z.number().min(1) }) });
  expect(ofKind('PodDisruptionBudget').map((one) => budget.parse(one))).toHaveLength(1);
  const rules = JSON.stringify(ofKind('NetworkPolicy'));
  const pods = ofKind('Deployment').concat(ofKind('Job'));
  const labels = pods.map((pod) =>
    z.object({ labels: z.record(z.string(), z.string()) }).parse(pod.metadata),
  );
  expect(labels.length).toBeGreaterThanOrEqual(4);
  for (const { labels: own } of labels) expect(rules).toContain(`"${own['app.kubernetes.io/name'] ?? ''}"`);
  const metrics = z.array(
    z.object({ ports: z.array(z.object({ port: z.string() })), from: z.unknown().optional() }),
  );
  const [gateways] = ofKind('NetworkPolicy').map(
    (one) => z.object({ spec: z.object({ ingress: metrics }) }).safeParse(one).data?.spec.ingress ?? [],
  );
  const open = gateways?.filter(({ from }) => from === undefined).flatMap(({ ports }) => ports);
  expect(open).toEqual([{ port: 'http' }]);
});

test('secrets are named, and none is in a manifest', async () => {
  for (const folder of [BASE, CLUSTER, DIFFUSION]) {
    const manifests = await manifestsOf(folder);
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
    expect(JSON.stringify(manifests)).not.toMatch(
      /postgres(?:ql)?:\/\/|"name":"\w*(?:_KEY|SECRET|PASSWORD)","value"/,
    );
  }
  const from = z.object({ envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })) });
  const pods = (await manifestsOf(BASE)).filter(({ kind }) => PODS.includes(kind));
  for (const pod of pods)
    for (const container of podTemplate.parse(pod).spec.template.spec.containers)
      expect(from.parse(container).envFrom).toEqual([{ secretRef: { name: 'vitrine' } }]);
});

test('a misspelled field is found', async () => {
  const [deployment] = (await readManifests(`${BASE}/sync.yaml`)).slice(0, 1);
  if (deployment === undefined) throw new Error('sync.yaml has a Deployment');
  const text = JSON.stringify(deployment).replace('terminationGracePeriodSeconds', 'terminationGraceSeconds');
  expect(typeFaults([z.custom<Manifest>().parse(JSON.parse(text))])).toEqual([
    expect.stringContaining('terminationGraceSeconds'),
  ]);
});

test('the migration and the image have the version of the program', async () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(`${KUBERNETES}../../package.json`, 'utf8')));
  expect((await readKustomization(BASE)).images).toEqual([
    { name: 'vitrine', newName: 'vitrine', newTag: version },
  ]);
  const jobs = (await manifestsOf(BASE)).filter(({ kind }) => kind === 'Job');
  expect(jobs.map(({ metadata }) => metadata.name)).toEqual([
    `vitrine-migrate-${version.replaceAll('.', '-')}`,
  ]);
});

test('what the overlay configures is what the gateway reads', async () => {
  const { configMapGenerator } = await readKustomization(CLUSTER);
  const env = Object.fromEntries(
    configMapGenerator.flatMap(({ literals }) =>
      literals.map((literal) => [literal.split('=', 1)[0] ?? '', literal.replace(/^\w+=/, '')]),
    ),
  );
  expect(readConfig(env).qdrant).toMatchObject({
    url: 'http://qdrant:6333',
    cluster: { shards: 6, replicationFactor: 2, writeConsistency: 1 },
  });
});

test('the overlay with an image generator configures what gateways and workers read', async () => {
  const { configMapGenerator } = await readKustomization(DIFFUSION);
  const env = Object.fromEntries(
    configMapGenerator.flatMap(({ literals }) =>
      literals.map((literal) => [literal.split('=', 1)[0] ?? '', literal.replace(/^\w+=/, '')]),
    ),
  );
  expect(readConfig(env).diffusion).toMatchObject({ url: 'http://generator:7860', api: 'automatic1111' });
});

test('the workers of designs are scaled by a metric that gateways have', async () => {
  const text = await readFile(`${KUBERNETES}prometheus-adapter.yaml`, 'utf8');
  expect(text).toContain('seriesQuery: vitrine_design_jobs{state="waiting"');
  expect(await readFile(`${BASE}/design-worker.yaml`, 'utf8')).toContain('name: vitrine_design_jobs_waiting');
});

test('the autoscaler scales by a metric that prometheus-adapter makes of one that gateways have', async () => {
  const rules = z.object({
    rules: z.object({
      custom: z.array(
        z.object({
          seriesQuery: z.string(),
          name: z.object({ as: z.string() }),
          metricsQuery: z.string(),
        }),
      ),
    }),
  });
  const [rule] = rules.parse(parse(await readFile(`${KUBERNETES}prometheus-adapter.yaml`, 'utf8'))).rules
    .custom;
  const text = await readFile(`${BASE}/autoscaler.yaml`, 'utf8');
  expect(text).toContain(`name: ${rule?.name.as ?? ''} }`);
  expect(rule?.seriesQuery).toMatch(/^vitrine_encoder_images\{state="waiting"/);
});

const kubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
if (!kubectl) console.log('kustomize does not build the manifests: kubectl is not installed.');
(kubectl ? test : test.skip).each([BASE, CLUSTER, DIFFUSION])('kustomize builds %s', (folder) => {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder]);
  expect([status, String(stderr)]).toEqual([0, '']);
  expect(String(stdout)).toContain('kind: HorizontalPodAutoscaler');
});

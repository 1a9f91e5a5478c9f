import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string()),
  labels: z
    .array(z.strictObject({ pairs: z.record(z.string(), z.string()), includeTemplates: z.boolean() }))
    .default([]),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).default([]),
  configMapGenerator: z
    .array(z.strictObject({ name: z.string(), literals: z.array(z.string()) }))
    .default([]),
  patches: z
    .array(
      z.strictObject({
        path: z.string(),
        target: z.strictObject({ kind: z.string(), name: z.string() }),
      }),
    )
    .default([]),
});
export type Kustomization = z.infer<typeof kustomization>;

export const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type Manifest = z.infer<typeof manifest>;

/** The documents of a YAML file. @throws when it cannot be parsed, or the same key occurs twice */
export async function readManifests(file: string): Promise<Manifest[]> {
  return parseAllDocuments(await readFile(file, 'utf8')).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(`${file}: ${fault.message}`);
    return manifest.parse(document.toJS());
  });
}

export async function readKustomization(folder: string): Promise<Kustomization> {
  return kustomization.parse(parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')));
}

/** All manifests that a kustomization applies, before its patches. @throws when a file is missing */
export async function manifestsOf(folder: string): Promise<Manifest[]> {
  const { resources } = await readKustomization(folder);
  const all = await Promise.all(
    resources.map((resource) => {
      const path = join(folder, resource);
      return resource.endsWith('.yaml') ? readManifests(path) : manifestsOf(path);
    }),
  );
  return all.flat();
}

/** The files that a kustomization's patches come from. */
export async function patchFilesOf(folder: string): Promise<string[]> {
  const { patches } = await readKustomization(folder);
  return patches.map(({ path }) => join(dirname(join(folder, 'kustomization.yaml')), path));
}

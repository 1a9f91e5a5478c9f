import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const FOLDER = new URL('../../../models/bodies/', import.meta.url);
const NAMES = ['detection.onnx', 'landmarks.onnx', 'carried.onnx'] as const;

const sha256 = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const manifest = z.object({ files: z.record(z.enum(NAMES), sha256) });

/** Paths of the three included networks. */
export const bodyModels = z.object({ detection: z.string(), landmarks: z.string(), carried: z.string() });
export type BodyModels = z.infer<typeof bodyModels>;

/** Verifies the included networks. @throws Error naming the damaged file */
export async function readBodyModels(): Promise<BodyModels> {
  const text = await readFile(new URL('bodies.json', FOLDER), 'utf8');
  const { files } = manifest.parse(JSON.parse(text));
  await Promise.all(
    NAMES.map(async (name) => {
      const bytes = await readFile(new URL(name, FOLDER));
      const found = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
      if (found !== files[name].sha256)
        throw new Error(
          `models/bodies/${name} has the SHA-256 ${found}: it is damaged. Install Vitrine again.`,
        );
    }),
  );
  const [detection, landmarks, carried] = NAMES.map((name) => fileURLToPath(new URL(name, FOLDER)));
  return bodyModels.parse({ detection, landmarks, carried });
}

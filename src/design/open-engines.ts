import type { BlobStore } from '../platform/blob-store.js';
import type { DesignEngine } from './engine.js';
import { openDiffusionEngine } from './diffusion/diffusion-engine.js';
import type { ImageServer } from './diffusion/image-server.js';
import { openLocalEngine } from './local/local-engine.js';
import { DesignEngineName } from './order.js';

export interface EngineSettings {
  /** The folder of the encoder. */
  readonly encoderFolder: string;
  /** Null: no image generator. */
  readonly diffusion: ImageServer | null;
}

/** The engines that these settings have. */
export const enginesOf = ({ diffusion }: Pick<EngineSettings, 'diffusion'>): ReadonlySet<DesignEngineName> =>
  new Set([DesignEngineName.LOCAL, ...(diffusion === null ? [] : [DesignEngineName.DIFFUSION])]);

/** Opens them, for a worker. Whoever uses them closes them. */
export function openEngines(
  { encoderFolder, diffusion }: EngineSettings,
  stores: { readonly images: BlobStore; readonly uploads: BlobStore },
): ReadonlyMap<DesignEngineName, DesignEngine> {
  const engines = new Map([[DesignEngineName.LOCAL, openLocalEngine(encoderFolder)]]);
  if (diffusion !== null) engines.set(DesignEngineName.DIFFUSION, openDiffusionEngine(diffusion, stores));
  return engines;
}

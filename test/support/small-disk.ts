import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is a file system of its own, with a megabyte. */
export interface SmallDisk {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Null, after printing why, when this user or machine cannot mount one. */
export async function mountSmallDisk(): Promise<SmallDisk | null> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-disk-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    await remove();
    console.log(`A full disk is not tested, because no small disk can be mounted: ${String(error)}`);
    return null;
  }
  return {
    folder,
    async remove() {
      execFileSync('umount', [folder]);
      await remove();
    },
  };
}

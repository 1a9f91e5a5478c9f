import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage, OperatorError } from './operator-error.js';

/**
 * Creates the folder if it is missing and checks that this process can write to it.
 * @throws OperatorError that names the problem
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
  } catch (error) {
    throw new OperatorError(`The data folder ${folder} ${complaint(error)}.`, { cause: error });
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

function complaint(error: unknown): string {
  const elsewhere = 'or set VITRINE_DATA to a folder that is';
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return `is not writable by this user: change its owner, ${elsewhere}`;
    case 'EROFS':
      return 'is on a read-only file system: set VITRINE_DATA to a writable folder';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'is blocked by a file with the same name: remove that file, or set VITRINE_DATA to another folder';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'is on a full disk: free up space, or set VITRINE_DATA to a folder on another disk';
    default:
      return `cannot be used (${errorMessage(error)}): set VITRINE_DATA to another folder`;
  }
}

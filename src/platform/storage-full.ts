import { errorCode, errorMessage } from './operator-error.js';

/** There is no space for a file: the disk, or the share of it that this process may use, is full. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull';

  constructor(cause: unknown) {
    super(`There is no space for a file: free some on the disk of VITRINE_DATA (${errorMessage(cause)})`, {
      cause,
    });
  }
}

/** The disk is full; so is the quota; and the file would be larger than this process may write. */
const FULL_CODES: ReadonlySet<string | null> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Converts an error of the file system to a StorageFull where it is one; returns other errors unchanged. */
export function asStorageFull(error: unknown): unknown {
  return FULL_CODES.has(errorCode(error)) ? new StorageFull(error) : error;
}

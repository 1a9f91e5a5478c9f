import { errorMessage } from './operator-error.js';

/** A bucket is away, or refuses what it is asked. */
export class BucketUnavailable extends Error {
  override readonly name = 'BucketUnavailable';

  constructor(bucket: string, cause: unknown) {
    super(`The bucket ${bucket} did not do what it was asked: ${errorMessage(cause)}`, { cause });
  }
}

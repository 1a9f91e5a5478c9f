import { toGlobalId } from 'graphql-relay';
import { splitGlobalId } from '../graph/global-id.js';

const TYPE = 'Upload';
const SHA256_HEX = /^[0-9a-f]{64}$/;

/** The global id of an uploaded image, from the SHA-256 of its bytes (64 hex digits). */
export function toUploadId(sha256: string): string {
  return toGlobalId(TYPE, sha256);
}

/** Whether the global id of an image is that of an upload. */
export const isUpload = (id: string): boolean => uploadIdToSha256(id) !== null;

/** The SHA-256 (64 hex digits) in an upload's global id; null when the text is not the id of an upload. */
export function uploadIdToSha256(id: string): string | null {
  const { type, name: sha256 } = splitGlobalId(id);
  return type === TYPE && SHA256_HEX.test(sha256) ? sha256 : null;
}

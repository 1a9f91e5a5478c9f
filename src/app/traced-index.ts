import { isTracing, traced } from '../platform/tracing.js';
import type { FollowedIndex } from '../sync/followed-index.js';

/** The index whose searches are part of traces; without tracing, the index itself. */
export function tracedIndex(index: FollowedIndex['index']): FollowedIndex['index'] {
  if (!isTracing()) return index;
  return {
    get name() {
      return index.name;
    },
    search: (requests) => traced('index.search', () => index.search(requests)),
    upsert: (points, revision) => index.upsert(points, revision),
    setPayloads: (payloads, revision) => index.setPayloads(payloads, revision),
    deleteImages: (imageIds, revision) => index.deleteImages(imageIds, revision),
    forgetDeleted: (before) => index.forgetDeleted(before),
    scan: (after, limit) => index.scan(after, limit),
    count: () => index.count(),
    close: () => index.close(),
  };
}

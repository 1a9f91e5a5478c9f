interface Limits<T> {
  /** Maximum items in a part. */
  readonly most: number;
  /** Maximum size of a part, unless it is one item. */
  readonly mostSize: number;
  readonly sizeOf: (item: T) => number;
}

/** Cuts a list into parts, in order. */
export function cut<T>(items: readonly T[], { most, mostSize, sizeOf }: Limits<T>): T[][] {
  const parts: T[][] = [];
  let total = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const part = parts.at(-1);
    if (part === undefined || part.length === most || total + size > mostSize) {
      parts.push([item]);
      total = size;
    } else {
      part.push(item);
      total += size;
    }
  }
  return parts;
}

/** The size of what an item has, which several items may share: it counts for the first of them. */
export function sharedSize<T, S>(
  sharedOf: (item: T) => S,
  sizeOf: (shared: S) => number,
): (item: T) => number {
  const seen = new Set<S>();
  return (item) => {
    const shared = sharedOf(item);
    if (seen.has(shared)) return 0;
    seen.add(shared);
    return sizeOf(shared);
  };
}

/** Parts of at most `size` items, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

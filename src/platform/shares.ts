/** Counts what each client has of something that all clients share. */
export interface Shares {
  /** Takes this many for the client; false, and takes none, if it would then have more than its share. */
  take(client: string, count: number): boolean;
  giveBack(client: string, count: number): void;
}

export function sharesOf(share: number): Shares {
  const taken = new Map<string, number>();
  return {
    take(client, count) {
      const total = (taken.get(client) ?? 0) + count;
      if (total > share) return false;
      taken.set(client, total);
      return true;
    },
    giveBack(client, count) {
      const left = (taken.get(client) ?? 0) - count;
      if (left > 0) taken.set(client, left);
      else taken.delete(client);
    },
  };
}

/** What this browser remembers. Storage can be full or forbidden: then it remembers for this visit only. */
const visit = new Map<string, string>();

export function recall(key: string): string | null {
  const forVisit = visit.get(key);
  if (forVisit !== undefined) return forVisit;
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  // Only what storage did not take: another tab may change what it took.
  visit.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    if (value !== null) visit.set(key, value);
  }
}

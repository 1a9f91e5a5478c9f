import type { PictureFragment } from '../generated/graphql.js';
import type { Item } from '../list/item.js';
import { recall, remember } from '../storage.js';

const KEY = 'vitrine.seen';

/** What a visit without a connection shows: no price and no stock, which may have changed. */
export interface Seen {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly items: readonly Item[];
}

interface KeptItem {
  readonly id: string;
  readonly handle: string;
  readonly title: string;
  readonly picture: PictureFragment;
}

let latest: Seen | null = null;

/** Notes the products that were shown last. */
export function noteSeen(items: readonly Item[]): void {
  if (items.length > 0) latest = { at: Date.now(), items };
}

/** Keeps what was seen last for the next visit, when the shopper leaves or looks elsewhere. To be called once. */
export const keepSeen = (): void =>
  addEventListener('visibilitychange', () => {
    if (!document.hidden || latest === null) return;
    const items: KeptItem[] = latest.items.map(({ product: { id, handle, title }, picture }) => ({
      id,
      handle,
      title,
      picture,
    }));
    remember(KEY, JSON.stringify({ at: latest.at, items }));
  });

/** What was seen on the last visit; null when nothing was, or when another version of the page has kept it. */
export function lastSeen(): Seen | null {
  const kept = parsed(recall(KEY));
  if (kept === null) return null;
  return {
    at: kept.at,
    items: kept.items.map(({ picture, ...product }) => ({
      product: { ...product, brand: null, priceRange: null, availability: null },
      picture,
      kind: null,
    })),
  };
}

function parsed(text: string | null): { at: number; items: KeptItem[] } | null {
  if (text === null) return null;
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== 'object' || kept === null || !('at' in kept) || !('items' in kept)) return null;
    const { at, items } = kept;
    return typeof at === 'number' && Array.isArray(items) && items.every(isKept) ? { at, items } : null;
  } catch {
    return null;
  }
}

const isKept = (item: unknown): item is KeptItem =>
  hasTexts(item, ['id', 'handle', 'title']) && 'picture' in item && isPicture(item.picture);

const isPicture = (picture: unknown): picture is PictureFragment =>
  hasTexts(picture, ['id', 'thumbhash', 'w512']) &&
  'width' in picture &&
  typeof picture.width === 'number' &&
  'height' in picture &&
  typeof picture.height === 'number';

const hasTexts = (value: unknown, names: readonly string[]): value is object =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof Reflect.get(value, name) === 'string');

import { signal } from '@preact/signals';
import { ask } from '../api/ask.js';
import { StoresDocument } from '../generated/graphql.js';

export interface Store {
  readonly id: string;
  readonly name: string;
  readonly distanceKm: number | null;
}

export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Where the shopper is, once they said so. */
export const here = signal<Point | null>(null);
export const stores = signal<readonly Store[]>([]);

export const storeName = (id: string): string | undefined =>
  stores.value.find((store) => store.id === id)?.name;

/** Loads the stores of the market: nearest first, if it is known where the shopper is. */
export async function loadStores(channel: string): Promise<void> {
  const { edges } = await ask(StoresDocument, { channel, near: here.value }, (data) => data.locations);
  stores.value = edges.map(({ node: { id, name }, distanceKm }) => ({
    id,
    name,
    distanceKm: distanceKm ?? null,
  }));
}

/** A kilometer is near enough for stores, and saves the battery. */
const GEO_OPTIONS: PositionOptions = { enableHighAccuracy: false, maximumAge: 600_000, timeout: 10_000 };

/** Asks the browser where the shopper is. False when it or the shopper does not say. */
export const locate = (): Promise<boolean> =>
  new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => {
        here.value = { latitude, longitude };
        resolve(true);
      },
      () => resolve(false),
      GEO_OPTIONS,
    );
  });

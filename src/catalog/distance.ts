import { RequestError } from '../errors.js';
import type { GeoPointInput } from './location.types.js';

/** @throws RequestError BAD_USER_INPUT for an invalid latitude or longitude */
export function checkPlace({ latitude, longitude }: GeoPointInput): void {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return;
  throw new RequestError(
    'BAD_USER_INPUT',
    'near is not valid: latitude must be from -90 to 90, and longitude from -180 to 180.',
  );
}

/** Mean radius of the earth (IUGG). */
const EARTH_RADIUS_KM = 6_371.009;

/** Great-circle distance by the haversine formula; null to a place without coordinates. */
export function distanceKm(
  from: GeoPointInput,
  to: { readonly latitude: number | null; readonly longitude: number | null },
): number | null {
  if (to.latitude === null || to.longitude === null) return null;
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const haversine = (angle: number): number => Math.sin(angle / 2) ** 2;
  const h =
    haversine(radians(to.latitude - from.latitude)) +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      haversine(radians(to.longitude - from.longitude));
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** For Postgres, rounded to 10 cm: it cannot compute with the smallest numbers that JSON has. */
export const degrees = (given: number | undefined): number | null =>
  given === undefined ? null : Math.round(given * 1e6) / 1e6;

import DataLoader from 'dataloader';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { groupInOrder, inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { degrees } from './distance.js';
import { GeoPoint, type GeoPointInput, StockLocation } from './location.types.js';

const locationColumns = {
  key: z.number(),
  handle: z.string(),
  name: z.string(),
  countryCode: z.string(),
};

/** The columns of a StockLocation. */
export const locationRow = z.object(locationColumns);

const placedRow = locationRow.extend({
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  pickup: z.boolean(),
});
export type PlacedLocation = z.infer<typeof placedRow>;

/** More than any channel has stores: paging needs all of them at once. */
const MAX_LOCATIONS = 5_000;

const levelRow = placedRow.extend({
  place: z.number(),
  sellable: z.number(),
  counted: z.boolean(),
});

/** How much of an SKU one location of the channel can sell. */
export type LocationLevel = z.infer<typeof levelRow> & { readonly location: StockLocation };

/** Which locations of an SKU are asked for. */
interface NearestOf {
  readonly skuKey: number;
  readonly near: GeoPointInput | null;
  readonly first: number;
}

const locationOf = ({ key, handle, name, countryCode }: PlacedLocation): z.infer<typeof locationRow> => ({
  key,
  handle,
  name,
  countryCode,
});

/** Grows with the distance of `location` from a point: see `distanceKm`. Null without the point. */
const haversine = (latitude: Sql, longitude: Sql): Sql =>
  sql`power(sind((location.latitude - ${latitude}) / 2), 2) + cosd(${latitude}) * cosd(location.latitude)
    * power(sind((location.longitude - ${longitude}) / 2), 2)`;

/** Stock by location in one channel; one loader per request. */
export class LocationStore {
  constructor(
    private readonly db: Queryable,
    private readonly channelKey: number,
  ) {}

  /** The first locations that carry an SKU: nearest first, those without coordinates last; without `near`, by name. */
  readonly bySku = new DataLoader<NearestOf, LocationLevel[], string>(
    async (wanted) => {
      // The units of a level may have to be read from holds: of those that are asked for only.
      const rows = await queryPrepared(
        this.db,
        sql`/* location.bySku */
          SELECT wanted.place::integer, location.id AS key, location.handle, location.name,
            location.country_code AS "countryCode", location.latitude, location.longitude, location.pickup,
            stock_level.sellable, stock_level.on_hand IS NOT NULL AS counted
          FROM unnest(
              ${wanted.map(({ skuKey }) => skuKey)}::integer[],
              ${wanted.map(({ near }) => degrees(near?.latitude))}::float8[],
              ${wanted.map(({ near }) => degrees(near?.longitude))}::float8[],
              ${wanted.map(({ first }) => first)}::integer[])
            WITH ORDINALITY AS wanted (sku_id, latitude, longitude, first, place)
          CROSS JOIN LATERAL (
            SELECT location.*, ${haversine(sql`wanted.latitude`, sql`wanted.longitude`)} AS distance
            FROM stock_levels level
            JOIN stock_locations location ON location.id = level.location_id
            JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = ${this.channelKey}
            WHERE level.sku_id = wanted.sku_id
            ORDER BY distance NULLS LAST, location.name, location.id LIMIT wanted.first
          ) location
          JOIN available_stock stock_level ON stock_level.sku_id = wanted.sku_id AND stock_level.location_id = location.id
          ORDER BY wanted.place, location.distance NULLS LAST, location.name, location.id`,
        levelRow,
      );
      const levels = rows.map((row) => ({ ...row, location: instantiate(StockLocation, locationOf(row)) }));
      return groupInOrder(
        wanted.map((_, index) => index + 1),
        levels,
        (level) => level.place,
      );
    },
    {
      cacheKeyFn: ({ skuKey, near, first }) => `${skuKey} ${first} ${near?.latitude} ${near?.longitude}`,
    },
  );

  readonly byKey = new DataLoader<number, StockLocation | null>(async (keys) => {
    const rows = await queryPrepared(
      this.db,
      sql`/* location.byKey */ SELECT location.id AS key, location.handle, location.name,
          location.country_code AS "countryCode"
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = ${this.channelKey}
        WHERE location.id = ${anyOf(keys, 'int')}`,
      locationRow,
    );
    return inOrder(
      keys,
      rows.map((row) => instantiate(StockLocation, row)),
    );
  });

  /**
   * The locations of the channel; with `pickup`, those where orders can be picked up, or cannot. Nearest first, those without
   * coordinates last; without `near`, by name.
   */
  all(near: GeoPointInput | null, pickup: boolean | null): Promise<PlacedLocation[]> {
    const latitude = sql`${degrees(near?.latitude)}::float8`;
    const longitude = sql`${degrees(near?.longitude)}::float8`;
    return queryPrepared(
      this.db,
      sql`/* location.all */ SELECT location.id AS key, location.handle, location.name,
          location.country_code AS "countryCode", location.latitude, location.longitude, location.pickup
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = ${this.channelKey}
        WHERE ${pickup}::boolean IS NULL OR location.pickup = ${pickup}
        ORDER BY ${haversine(latitude, longitude)} NULLS LAST, location.name, location.id LIMIT ${MAX_LOCATIONS}`,
      placedRow,
    );
  }

  /** Null for a location without coordinates, and for one that does not serve the channel. */
  readonly coordinates = new DataLoader<number, GeoPoint | null>(async (keys) => {
    const rows = await queryPrepared(
      this.db,
      sql`/* location.coordinates */ SELECT location.id AS key, location.latitude, location.longitude
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = ${this.channelKey}
        WHERE location.id = ${anyOf(keys, 'int')} AND location.latitude IS NOT NULL`,
      z.object({ key: z.number(), latitude: z.number(), longitude: z.number() }),
    );
    return inOrder(keys, rows).map((row) => row && instantiate(GeoPoint, row));
  });
}

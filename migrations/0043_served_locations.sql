-- The stock of an SKU is added up without reading all locations of the channel: in a shop with 200 stores, that took most of
-- the time of lists and searches.

-- As in 0035: whoever reads offers meanwhile would otherwise wait behind the longest reader.
DO $$
BEGIN
  FOR attempt IN 1..100 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE sku_offers IN ACCESS EXCLUSIVE MODE;
      SET LOCAL lock_timeout TO DEFAULT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'Long transactions hold up the migration: try again.' USING ERRCODE = 'lock_not_available';
END $$;

CREATE OR REPLACE VIEW sku_offers AS
SELECT
  channel.id AS channel_id,
  sku.product_id,
  sku.id AS sku_id,
  sku.position,
  sku.code,
  sku.gtin,
  sku.options,
  sku.image_id,
  sku.when_out,
  sku.restock_at,
  price_list.currency,
  price.amount,
  price.compare_at,
  upper(price.valid) AS price_valid_until,
  stock.sellable,
  stock.counted,
  CASE
    -- Imports of the previous version still write what can be ordered as uncounted stock. Drop this in the next version.
    WHEN NOT stock.counted AND sku.when_out <> 'deny' THEN upper(sku.when_out)
    WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'
    WHEN stock.sellable > 0 THEN 'LOW_STOCK'
    WHEN promise.units > 0 THEN upper(sku.when_out)
    ELSE 'OUT_OF_STOCK'
  END AS level,
  sku.url,
  sku.option_names,
  promise.units AS promised
FROM available_skus sku
CROSS JOIN channels channel
JOIN price_lists price_list ON price_list.id = channel.price_list_id
-- Read once, and not joined: the planner would read and hash all locations of the channel for each SKU.
CROSS JOIN LATERAL (SELECT array_agg(location_id) AS ids FROM channel_locations WHERE channel_id = channel.id) served
-- There is at most one. LIMIT keeps the planner from reading all prices before it filters by SKU.
CROSS JOIN LATERAL (
  SELECT amount, compare_at, valid
  FROM prices
  WHERE sku_id = sku.id AND price_list_id = channel.price_list_id AND valid @> statement_timestamp()
  LIMIT 1
) price
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(stock_level.sellable) FILTER (WHERE stock_level.location_id = ANY(served.ids)), 0)::bigint AS sellable,
    coalesce(bool_and(stock_level.on_hand IS NOT NULL) FILTER (WHERE stock_level.location_id = ANY(served.ids)), true)
      AS counted
  FROM available_stock stock_level
  WHERE stock_level.sku_id = sku.id
) stock
CROSS JOIN LATERAL (
  -- A channel without locations has nowhere to send them from.
  SELECT CASE WHEN served.ids IS NULL THEN 0 ELSE sku.promised END AS units
) promise;

INSERT INTO compatible_migrations (name, since)
VALUES ('0043_served_locations', '0014_revoke_keys_of_deleted_channels');

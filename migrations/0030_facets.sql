-- Filters by sale, GTIN, and words, and counts that are kept until something that they count changes: the change log also
-- notes what it left out so far.

-- All migrations of an upgrade are one transaction. Taking locks one by one would deadlock with gateways, which hold some
-- and wait for others, so this takes those of 0030 to 0037 first. If one is not free at once, it gives back all of them,
-- before Postgres looks for a deadlock. If a long transaction holds it up, it gives up.
DO $$
BEGIN
  FOR attempt IN 1..100 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      -- A reader of a view locks it first, and then its tables. So does this.
      LOCK TABLE sku_offers, available_stock, held_drift IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE api_keys, holds IN EXCLUSIVE MODE;
      LOCK TABLE channels, products, skus, hold_lines, prices, stock_levels IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE brands, categories, embeddings, image_jobs, product_attributes, product_images, stock_locations
        IN SHARE ROW EXCLUSIVE MODE;
      SET LOCAL lock_timeout TO DEFAULT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'Long transactions hold up the migration: try again.' USING ERRCODE = 'lock_not_available';
END $$;

-- A sale changes no amount that the index stores, but it changes who is on sale.
CREATE OR REPLACE FUNCTION mark_updated_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM (
    (SELECT price_list_id, sku_id, amount, compare_at, valid FROM before
      EXCEPT SELECT price_list_id, sku_id, amount, compare_at, valid FROM after)
    UNION ALL
    (SELECT price_list_id, sku_id, amount, compare_at, valid FROM after
      EXCEPT SELECT price_list_id, sku_id, amount, compare_at, valid FROM before)
  ) AS changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_updated_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
  WHERE (before.product_id, before.options, before.when_out, before.gtin)
    IS DISTINCT FROM (after.product_id, after.options, after.when_out, after.gtin);
  RETURN NULL;
END $$;

-- The words of a product decide which searches find it.
CREATE OR REPLACE FUNCTION mark_updated_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT after.id FROM after JOIN before USING (id)
  WHERE (before.brand_id, before.category_id, before.created_at, before.search)
    IS DISTINCT FROM (after.brand_id, after.category_id, after.created_at, after.search);
  RETURN NULL;
END $$;

-- 3 s for a million SKUs with two prices each.
CREATE INDEX skus_gtin ON skus (ltrim(gtin, '0')) WHERE gtin IS NOT NULL;

CREATE INDEX brands_name ON brands (name, id);

-- When the next sale begins or ends: counts are kept at most until then.
CREATE INDEX prices_begin ON prices (lower(valid)) WHERE lower(valid) IS NOT NULL;
CREATE INDEX prices_end ON prices (upper(valid)) WHERE upper(valid) IS NOT NULL;

-- jsonb sorts the names of options by their length. Empty, or of earlier options: written by an older gateway.
ALTER TABLE skus ADD COLUMN option_names text[] NOT NULL DEFAULT '{}';

-- Older gateways read the columns that they know.
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
    -- What can be ordered without a number before it is there is not in stock.
    WHEN NOT stock.counted AND sku.when_out = 'backorder' THEN 'BACKORDER'
    WHEN NOT stock.counted AND sku.when_out = 'preorder' THEN 'PREORDER'
    WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'
    WHEN stock.sellable > 0 THEN 'LOW_STOCK'
    WHEN sku.when_out = 'backorder' THEN 'BACKORDER'
    WHEN sku.when_out = 'preorder' THEN 'PREORDER'
    ELSE 'OUT_OF_STOCK'
  END AS level,
  sku.url,
  sku.option_names
FROM skus sku
CROSS JOIN channels channel
JOIN price_lists price_list ON price_list.id = channel.price_list_id
-- There is at most one. LIMIT keeps the planner from reading all prices before it filters by SKU.
CROSS JOIN LATERAL (
  SELECT amount, compare_at, valid
  FROM prices
  WHERE sku_id = sku.id AND price_list_id = channel.price_list_id AND valid @> statement_timestamp()
  LIMIT 1
) price
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(stock_level.sellable), 0)::bigint AS sellable,
    coalesce(bool_and(stock_level.on_hand IS NOT NULL), true) AS counted
  FROM available_stock stock_level
  JOIN channel_locations served
    ON served.location_id = stock_level.location_id AND served.channel_id = channel.id
  WHERE stock_level.sku_id = sku.id
) stock;

INSERT INTO compatible_migrations (name, since) VALUES ('0030_facets', '0014_revoke_keys_of_deleted_channels');

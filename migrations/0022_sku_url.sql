-- The pages of variants: feeds link to each of them.

ALTER TABLE skus ADD COLUMN url text CHECK (url ~* '^https?://');

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
  sku.url
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

INSERT INTO compatible_migrations (name, since) VALUES ('0022_sku_url', '0014_revoke_keys_of_deleted_channels');

-- Offers: what readers see of stock, holds, and prices together.

-- What can be sold at each location at the time of the statement. Units of an expired hold are free when it expires,
-- not when it is swept.
CREATE VIEW available_stock AS
SELECT
  sku_id,
  location_id,
  on_hand,
  CASE
    WHEN held = 0 OR on_hand IS NULL THEN sellable
    ELSE greatest(on_hand::bigint - safety_stock - held + (
      SELECT coalesce(sum(line.quantity), 0) FROM hold_lines line
      WHERE line.sku_id = stock_levels.sku_id AND line.location_id = stock_levels.location_id
        AND line.active AND line.expires_at <= statement_timestamp()), 0)::integer
  END AS sellable
FROM stock_levels;

-- What a channel offers: SKUs with their current price there, and the quantity that the locations of the channel can
-- sell. A channel does not offer an SKU without a price.
CREATE VIEW sku_offers AS
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
    WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'
    WHEN stock.sellable > 0 THEN 'LOW_STOCK'
    WHEN sku.when_out = 'backorder' THEN 'BACKORDER'
    WHEN sku.when_out = 'preorder' THEN 'PREORDER'
    ELSE 'OUT_OF_STOCK'
  END AS level
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

/* embedding.ofProducts */
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = $1
      WHERE image.product_id = ANY(ARRAY(SELECT unnest($2::int[]))) ORDER BY image.product_id, image.position;

/* encoder.find */ SELECT id, dimension FROM encoders WHERE name = $1;

/* encoder.register */ INSERT INTO encoders (name, dimension)
      SELECT $1, $2
      WHERE NOT EXISTS (SELECT FROM encoders WHERE name = $3)
      ON CONFLICT DO NOTHING;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* watch.count */ SELECT json_build_object('watches', count(*) FILTER (WHERE line = $1),
    'examples', coalesce(sum(examples) FILTER (WHERE line = $2), 0), 'filterBytes', coalesce(sum(octet_length(condition::text)) FILTER (WHERE line = $3), 0)) AS own,
        json_build_object('watches', count(*) FILTER (WHERE owner = $4),
    'examples', coalesce(sum(examples) FILTER (WHERE owner = $5), 0)) AS "ofKey", json_build_object('watches', count(*) FILTER (WHERE true),
    'examples', coalesce(sum(examples) FILTER (WHERE true), 0)) AS all
      FROM (SELECT watch.line, watch.owner, watch.condition, coalesce((octet_length(watch.toward) + octet_length(watch.away)) / (4 * encoder.dimension), 0) AS examples FROM watches watch LEFT JOIN encoders encoder ON encoder.id = watch.encoder_id WHERE watch.expires_at > now()) active;

/* watch.delete */ DELETE FROM watches watch WHERE watch.id = ANY(ARRAY(SELECT unnest($1::uuid[]))) AND ((watch.owner = $2::integer AND watch.shopper = $3::bytea)
    OR (watch.owner = 0 AND watch.shopper = ''));

/* watch.find */ SELECT watch.id AS uuid, watch.number, watch.title,
    watch.channel_id AS "channelKey", (SELECT handle FROM channels WHERE id = watch.channel_id) AS channel,
    watch.condition, watch.product_id AS "productKey", watch.min_cosine * watch.scale AS "minScore",
    watch.expires_at <= now() AS "isExpired",
    (SELECT name FROM encoders WHERE id = watch.encoder_id) AS encoder,
    (SELECT count(*) FROM (SELECT FROM watch_matches WHERE watch = watch.number LIMIT $1) matched)
      = $2 AS "isFull",
    watch.created_at AS "createdAt", watch.expires_at AS "expiresAt"
  FROM watches watch WHERE watch.id = ANY(ARRAY(SELECT unnest($3::uuid[]))) AND ((watch.owner = $4::integer AND watch.shopper = $5::bytea)
    OR (watch.owner = 0 AND watch.shopper = ''));

/* watch.insert */ WITH created AS (
        INSERT INTO watches (owner, shopper, line, title, channel_id, currency, condition, product_id, excluded,
          encoder_id, toward, away, min_cosine, scale, since, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6,
          $7::jsonb, $8,
          $9::integer[], $10, $11,
          $12, $13, $14, $15::pg_snapshot,
          $16)
        RETURNING id, number
      ), matched AS (
        INSERT INTO watch_matches (watch, product_id, matching, crossing)
        SELECT number, product_id, true, 0 FROM created, unnest($17::integer[]) AS product_id
      )
      SELECT id FROM created;

/* watch.lockLine */
      SELECT pg_advisory_xact_lock(hashtext('watches'), hashtext(encode($1::bytea, 'hex')));

/* watch.passing */
    SELECT product.id AS "productKey", array_agg(offer.sku_id ORDER BY offer.position, offer.sku_id) AS "skuKeys",
      json_agg(offer.amount) AS amounts
    FROM products product
    JOIN sku_offers offer ON offer.product_id = product.id AND offer.channel_id = $1
    WHERE product.id = ANY(ARRAY(SELECT unnest($2::int[]))) AND product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($3::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($4::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $5 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($6::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($7::text[]) AS value))))) AND offer.sellable >= $8::int AND offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE
    GROUP BY product.id;

/* watchEvent.list */ SELECT event.uuid, event.id AS number, event.watch AS "watchNumber", watch.id AS "watchUuid",
    event.product_id AS "productKey", event.cosine * watch.scale AS score, event.amount, watch.currency,
    event.matched_at AS "matchedAt", delivery.at AS "deliveredAt", delivery.attempts
  FROM watch_events event
  JOIN watches watch ON watch.number = event.watch
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(message.attempts), 0)::integer AS attempts,
      CASE WHEN bool_and(message.delivered_at IS NOT NULL) THEN max(message.delivered_at) END AS at
    FROM watch_deliveries message JOIN webhooks ON webhooks.id = message.webhook_id WHERE message.event = event.id
  ) delivery WHERE event.watch = $1 AND event.id < $2
      ORDER BY event.id DESC LIMIT $3;

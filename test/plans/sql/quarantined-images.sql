/* quarantine.list */ SELECT image.id AS key, product.handle AS "productHandle", product.title AS "productTitle",
        image.source AS link, encode(image.sha256, 'hex') AS sha256, held.reason, held.score, encoder.name AS encoder,
        held.quarantined_at AS "quarantinedAt",
        (SELECT true FROM shown_images shown WHERE shown.product_id = image.product_id LIMIT 1) IS NOT NULL AS "hasOthers"
      FROM (
        SELECT image.* FROM product_images image
        WHERE image.sha256 = ANY(ARRAY(SELECT sha256 FROM quarantined_images WHERE released_at IS NULL)) AND image.id > $1::integer ORDER BY image.id LIMIT $2
      ) image
      JOIN quarantined_images held ON held.sha256 = image.sha256
      JOIN products product ON product.id = image.product_id
      JOIN encoders encoder ON encoder.id = held.encoder_id
      ORDER BY image.id;

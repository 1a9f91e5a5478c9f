/* idempotency.keep */
      SELECT idempotency_keep($1, $2, $3, $4, $5,
        $6::jsonb);

/* idempotency.replay */
      SELECT idempotency_replay($1, $2, $3, $4, $5) AS replay;

/* imageJob.add */ INSERT INTO image_jobs (product_id, position, link, alt_text, shows)
      SELECT input."productId", input.position, input.link, input."altText", coalesce(input.shows, known.shows, '{}')
      FROM jsonb_to_recordset($1::jsonb)
    AS input ("productId" integer, position smallint, link text, "altText" text, shows jsonb)
      LEFT JOIN image_jobs known ON known.product_id = input."productId" AND known.link = input.link
      WHERE NOT EXISTS (
        SELECT FROM product_images image WHERE image.product_id = input."productId" AND image.source = input.link)
      ORDER BY input."productId", input.position
      ON CONFLICT (product_id, link) DO UPDATE SET
        position = excluded.position, alt_text = excluded.alt_text, shows = excluded.shows, state = 'WAITING',
        attempts = CASE WHEN image_jobs.state = 'DEAD' THEN 0 ELSE image_jobs.attempts END,
        next_attempt_at = CASE WHEN image_jobs.state = 'DEAD' THEN now() ELSE image_jobs.next_attempt_at END;

/* imageJob.countPending */ SELECT count(*)::integer AS count FROM image_jobs
      WHERE state = 'WAITING' AND product_id = ANY($1::integer[]);

/* imageJob.moveImages */ UPDATE product_images image
      SET position = input.position, alt_text = input."altText", shows = coalesce(input.shows, image.shows)
      FROM jsonb_to_recordset($1::jsonb)
    AS input ("productId" integer, position smallint, link text, "altText" text, shows jsonb)
      WHERE input."productId" = image.product_id AND input.link = image.source
        AND (image.position, image.alt_text, image.shows)
          IS DISTINCT FROM (input.position, input."altText", coalesce(input.shows, image.shows))
      RETURNING image.product_id AS id;

/* imageJob.removeImages */ DELETE FROM product_images image
      WHERE product_id = ANY($1::integer[]) AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset($2::jsonb)
    AS input ("productId" integer, position smallint, link text, "altText" text, shows jsonb) WHERE input."productId" = image.product_id AND input.link = image.source)
      RETURNING product_id AS id;

/* imageJob.removeUnwanted */ DELETE FROM image_jobs job
      WHERE product_id = ANY($1::integer[]) AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset($2::jsonb)
    AS input ("productId" integer, position smallint, link text, "altText" text, shows jsonb) WHERE input."productId" = job.product_id AND input.link = job.link);

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* product.addAttributes */ INSERT INTO product_attributes (product_id, name, value)
      SELECT product_id, name, value
      FROM unnest($1::integer[], $2::text[], $3::text[]) AS input (product_id, name, value)
      ON CONFLICT DO NOTHING
      RETURNING product_id AS id;

/* product.addBrands */ INSERT INTO brands (handle, name)
      SELECT handle, name FROM unnest($1::text[], $2::text[]) AS input (handle, name)
      WHERE NOT EXISTS (SELECT FROM brands existing WHERE existing.handle = input.handle)
      ORDER BY handle ON CONFLICT DO NOTHING;

/* product.addCategories */ INSERT INTO categories (handle, name, parent_id)
        SELECT input.handle, input.name, parent.id
        FROM unnest(
          $1::text[],
          $2::text[],
          $3::text[]
        ) AS input (handle, name, parent)
        LEFT JOIN categories parent ON parent.handle = input.parent
        WHERE NOT EXISTS (SELECT FROM categories existing WHERE existing.handle = input.handle)
        ORDER BY input.handle ON CONFLICT DO NOTHING;

/* product.byKey */ SELECT product.id AS key, product.handle,
  product.language, product.title, product.description, product.url,
  CASE WHEN product.language <> $1 OR product.description IS NULL OR product.url IS NULL THEN (
    SELECT json_agg(json_build_object('language', language, 'title', title,
      'description', CASE WHEN place = described THEN description END, 'url', CASE WHEN place = linked THEN url END))
    FROM (
      SELECT language, title, description, url, place,
        min(place) FILTER (WHERE description IS NOT NULL) OVER () AS described,
        min(place) FILTER (WHERE url IS NOT NULL) OVER () AS linked
      FROM product_texts CROSS JOIN LATERAL array_position($2::text[], language) AS place
      WHERE product_id = product.id AND language = ANY(ARRAY(SELECT unnest($3::text[])))
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt" FROM products product
      WHERE product.id = ANY(ARRAY(SELECT unnest($4::int[])));

/* product.findProductIds */ SELECT handle, id FROM products WHERE handle = ANY($1::text[]);

/* product.keepCategories */ SELECT FROM categories WHERE handle = ANY($1::text[])
      ORDER BY id FOR KEY SHARE;

/* product.languages */
    SELECT ARRAY(
    WITH RECURSIVE used (language) AS (
      (SELECT language FROM products ORDER BY language LIMIT 1)
      UNION ALL SELECT (SELECT language FROM products WHERE language > used.language ORDER BY language LIMIT 1)
      FROM used WHERE used.language IS NOT NULL
    ) SELECT language::text FROM used WHERE language IS NOT NULL) AS own, ARRAY(
    WITH RECURSIVE used (language) AS (
      (SELECT language FROM product_texts ORDER BY language LIMIT 1)
      UNION ALL SELECT (SELECT language FROM product_texts WHERE language > used.language ORDER BY language LIMIT 1)
      FROM used WHERE used.language IS NOT NULL
    ) SELECT language::text FROM used WHERE language IS NOT NULL) AS translated;

/* product.lock */ SELECT FROM products WHERE id IN (
        SELECT id FROM products WHERE handle = ANY($1::text[])
        UNION SELECT product_id FROM skus WHERE code = ANY($2::text[]))
      ORDER BY handle FOR NO KEY UPDATE;

/* product.lockNew */ SELECT pg_advisory_xact_lock($1)
      WHERE EXISTS (SELECT FROM unnest($2::text[]) AS input (handle)
          WHERE NOT EXISTS (SELECT FROM products WHERE products.handle = input.handle))
        OR EXISTS (SELECT FROM unnest($3::text[]) AS input (code)
          WHERE NOT EXISTS (SELECT FROM skus WHERE skus.code = input.code))
        OR EXISTS (SELECT FROM unnest($4::text[]) AS input (language)
          WHERE NOT EXISTS (SELECT FROM products WHERE products.language = input.language))
        OR EXISTS (SELECT FROM unnest($5::text[]) AS input (language)
          WHERE NOT EXISTS (SELECT FROM product_texts WHERE product_texts.language = input.language));

/* product.read */
      WITH RECURSIVE path AS (
        SELECT product.id AS product_id, category.*, 0 AS height
        FROM products product JOIN categories category ON category.id = product.category_id
        WHERE product.handle = ANY($1::text[])
        UNION ALL
        SELECT path.product_id, parent.*, path.height + 1
        FROM path JOIN categories parent ON parent.id = path.parent_id
      )
      SELECT product.id, product.handle, product.language, product.title, product.description, product.url,
        product.keywords, CASE WHEN brand.id IS NOT NULL THEN jsonb_build_object('handle', brand.handle, 'name', brand.name) END AS brand,
        (SELECT jsonb_agg(jsonb_build_object('handle', path.handle, 'name', path.name, 'parent', parent.handle)
            ORDER BY path.height DESC)
          FROM path LEFT JOIN categories parent ON parent.id = path.parent_id
          WHERE path.product_id = product.id) AS category,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'value', value) ORDER BY name, value), '[]')
          FROM product_attributes WHERE product_id = product.id) AS attributes
      FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.handle = ANY($2::text[]);

/* product.removeAttributes */ DELETE FROM product_attributes existing
      WHERE product_id = ANY($1::integer[]) AND NOT EXISTS (
        SELECT FROM unnest($2::integer[], $3::text[], $4::text[]) AS input (product_id, name, value)
        WHERE (input.product_id, input.name, input.value) = (existing.product_id, existing.name, existing.value))
      RETURNING product_id AS id;

/* product.removeTexts */ DELETE FROM product_texts existing
      WHERE product_id = ANY($1::integer[]) AND NOT EXISTS (
        SELECT FROM unnest(
          $2::integer[], $3::text[]
        ) AS input (product_id, language)
        WHERE (input.product_id, input.language) = (existing.product_id, existing.language))
      RETURNING product_id AS id;

/* product.textChars */
      SELECT coalesce(sum(coalesce(length(title), 0) + coalesce(length(description), 0)), 0)::integer AS chars
      FROM product_texts WHERE product_id = ANY($1::integer[]);

/* product.touchProducts */ UPDATE products SET updated_at = now()
      WHERE id = ANY($1::integer[]) AND updated_at < now();

/* product.upsertProducts */
      INSERT INTO products (handle, language, title, description, brand_id, category_id, url, is_demo, keywords)
      SELECT input.handle, input.language, input.title, input.description, brand.id, category.id, input.url, $1,
        input.keywords
      FROM jsonb_to_recordset($2::jsonb) AS input
        (handle text, language text, title text, description text, url text, keywords text, brand text, category text, position integer)
      LEFT JOIN brands brand ON brand.handle = input.brand
      LEFT JOIN categories category ON category.handle = input.category
      LEFT JOIN products existing ON existing.handle = input.handle
      WHERE existing.id IS NULL OR
        (existing.language, existing.title, existing.description, existing.brand_id, existing.category_id, existing.url, existing.is_demo,
          existing.keywords)
        IS DISTINCT FROM (input.language, input.title, input.description, brand.id, category.id, input.url, $3, input.keywords)
      ORDER BY input.position
      ON CONFLICT (handle) DO UPDATE SET
        language = excluded.language, title = excluded.title, description = excluded.description, brand_id = excluded.brand_id,
        category_id = excluded.category_id, url = excluded.url, is_demo = excluded.is_demo,
        keywords = excluded.keywords, updated_at = now()
      RETURNING id;

/* product.upsertTexts */
      INSERT INTO product_texts (product_id, language, title, description, url, keywords, own_keywords, digest)
      SELECT product.id, input.language, input.title, input.description, input.url, input.keywords,
        left(product.keywords, $1), decode(input.digest, 'hex')
      FROM jsonb_to_recordset($2::jsonb) AS input
        ("productId" integer, language text, title text, description text, url text, keywords text, digest text)
      JOIN products product ON product.id = input."productId" AND product.language <> input.language
      LEFT JOIN product_texts existing ON existing.product_id = product.id AND existing.language = input.language
      WHERE existing.product_id IS NULL OR (existing.title, existing.description, existing.url, existing.keywords)
        IS DISTINCT FROM (input.title, input.description, input.url, input.keywords)
      ORDER BY product.id, input.language
      ON CONFLICT (product_id, language) DO UPDATE SET
        title = excluded.title, description = excluded.description, url = excluded.url, keywords = excluded.keywords,
        digest = excluded.digest
      RETURNING product_id AS id;

/* sku.delete */ DELETE FROM skus WHERE id = ANY($1::integer[]) RETURNING product_id AS id;

/* sku.elsewhere */ SELECT sku.code, product.handle AS "productHandle"
      FROM unnest($1::text[], $2::integer[])
        AS input (code, product_id)
      JOIN skus sku ON sku.code = input.code AND sku.product_id <> input.product_id
      JOIN products product ON product.id = sku.product_id;

/* sku.held */ SELECT sku.id, sku.product_id AS "productId", sku.code, max(line.expires_at) AS until
      FROM hold_lines line JOIN skus sku ON sku.id = line.sku_id
      WHERE line.sku_id = ANY($1::integer[]) AND line.active
      GROUP BY sku.id;

/* sku.lock */ SELECT FROM skus
      WHERE product_id = ANY($1::integer[]) OR code = ANY($2::text[]) OR id = ANY(ARRAY(
        SELECT sku_id FROM hold_lines WHERE hold_id = ANY($3::uuid[]) AND active AND promised))
      ORDER BY code FOR UPDATE;

/* sku.lockExpiredHolds */ SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= clock_timestamp() AND id IN (
        SELECT hold_id FROM hold_lines
        WHERE sku_id = ANY($1::integer[]) AND active AND expires_at <= clock_timestamp())
      ORDER BY id FOR UPDATE;

/* sku.lockStock */ SELECT FROM stock_levels WHERE sku_id = ANY($1::integer[])
      ORDER BY sku_id, location_id FOR UPDATE;

/* sku.read */ SELECT sku.id, sku.product_id AS "productId", sku.code, sku.gtin, sku.options,
        sku.option_names AS "optionNames", encode(image.sha256, 'hex') AS "imageSha256", sku.when_out AS "whenOut", sku.restock_at AS "restockAt",
        sku.url
      FROM skus sku LEFT JOIN product_images image ON image.id = sku.image_id
      WHERE sku.product_id = ANY($1::integer[]);

/* sku.upsert */
      INSERT INTO skus (product_id, code, gtin, position, options, option_names, image_id, when_out, restock_at, promised, url)
      SELECT input."productId", input.code, input.gtin, input.position, input.options, input."optionNames", image.id,
        input."whenOut", input."restockAt", CASE WHEN input."setsPromised" THEN input.promised ELSE existing.promised END, input.url
      FROM jsonb_to_recordset($1::jsonb) AS input ("productId" integer, code text, gtin text,
        position smallint, options jsonb, "optionNames" text[], "imageSha256" text, "whenOut" text, "restockAt" timestamptz,
        promised integer, "setsPromised" boolean, url text)
      LEFT JOIN product_images image
        ON image.product_id = input."productId" AND image.sha256 = decode(input."imageSha256", 'hex')
      LEFT JOIN skus existing ON existing.code = input.code
      WHERE existing.id IS NULL OR
        (existing.product_id, existing.gtin, existing.position, existing.options, existing.option_names, existing.image_id,
          existing.when_out, existing.restock_at, existing.promised, existing.url)
        IS DISTINCT FROM (input."productId", input.gtin, input.position, input.options, input."optionNames", image.id,
          input."whenOut", input."restockAt", CASE WHEN input."setsPromised" THEN input.promised ELSE existing.promised END, input.url)
      ORDER BY input."productId", input.position
      ON CONFLICT (code) DO UPDATE SET
        product_id = excluded.product_id, gtin = excluded.gtin, position = excluded.position,
        options = excluded.options, option_names = excluded.option_names, image_id = excluded.image_id, when_out = excluded.when_out,
        restock_at = excluded.restock_at, promised = excluded.promised, url = excluded.url
      WHERE $2 OR skus.product_id = excluded.product_id
      RETURNING product_id AS id;

import { Client } from 'pg';
import type { Database } from '../../src/platform/postgres.js';
import { seedMarkets } from '../support/catalog.js';

/** Enough that Postgres reads all of them only when it must. */
export const PRODUCTS = 20_000;
/** Encoded images: enough to search, few enough to load quickly. */
const ENCODED = 1_000;

/** Products with two SKUs each, offered in one channel and stocked at two locations, and as many holds that ended. */
export async function seedLargeCatalog(db: Database): Promise<void> {
  await seedMarkets(db);
  // A separate connection, because those of the pool time out on a statement that takes this long on a busy machine.
  const client = new Client({ connectionString: db.options.connectionString });
  await client.connect();
  try {
    // Without foreign keys and triggers: the data is correct, and their records are not needed.
    await client.query(`
      SET session_replication_role = replica;
      INSERT INTO categories (handle, name, parent_id)
        SELECT 'tops/shirts/' || n, 'Shirts ' || n, (SELECT id FROM categories WHERE handle = 'tops/shirts')
        FROM generate_series(1, 40) AS n;
      INSERT INTO brands (handle, name) SELECT 'brand-' || n, 'Brand ' || n FROM generate_series(1, 200) AS n;
      INSERT INTO products (handle, title, description, keywords, brand_id, category_id, created_at)
        SELECT 'product-' || n, 'Garment number' || n || CASE n % 500 WHEN 277 THEN ' corduroy' ELSE '' END, 'Worn on day ' || n % 365, 'word' || n % 500,
          1 + n % 200, (SELECT id FROM categories WHERE handle = 'tops/shirts/' || (1 + n % 40)),
          now() - n * interval '1 minute'
        FROM generate_series(1, ${PRODUCTS}) AS n;
      INSERT INTO product_texts (product_id, language, title, keywords, own_keywords)
        SELECT id, 'it', 'Indumento numero' || id, '', keywords FROM products WHERE id % 2 = 1;
      INSERT INTO search_words VALUES ('garment'), ('corduroy');
      INSERT INTO product_attributes SELECT id, 'material', 'material ' || id % 50 FROM products;
      INSERT INTO product_attributes SELECT id, 'style', 'style ' || id % 100 FROM products;
      INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
        SELECT id, 0, sha256(id::text::bytea), 'https://images.example/' || id, 4, 5, '\\x00', '#808080' FROM products;
      INSERT INTO embeddings (encoder_id, dimension, sha256, vector)
        SELECT encoder.id, 4, image.sha256, CASE image.product_id % 2
          WHEN 0 THEN '\\x0000803f000000000000000000000000'::bytea ELSE '\\x000000000000803f0000000000000000' END
        FROM product_images image, encoders encoder ORDER BY image.id LIMIT ${ENCODED};
      INSERT INTO quarantined_images (sha256, encoder_id, reason, score)
        SELECT image.sha256, encoder.id, 'patch', 0.001 FROM product_images image, encoders encoder WHERE image.product_id % 100 = 0;
      INSERT INTO skus (product_id, code, options, position)
        SELECT id, 'sku-' || id || '-' || n, jsonb_build_object('size', CASE n WHEN 0 THEN 'M' ELSE 'L' END), n
        FROM products, generate_series(0, 1) AS n;
      INSERT INTO prices (price_list_id, sku_id, amount)
        SELECT list.id, sku.id, 1000 + sku.id % 9000 FROM skus sku, price_lists list WHERE list.handle = 'eu';
      INSERT INTO stock_levels (sku_id, location_id, on_hand)
        SELECT sku.id, location.id, 10 + sku.id % 70 FROM skus sku, stock_locations location WHERE location.handle IN ('berlin', 'paris');
      INSERT INTO holds (id, channel_id, caller, currency, status, expires_at, ended_at)
        SELECT md5(n::text)::uuid, 1, 0, 'EUR', 'CONFIRMED', now() - n * interval '1 minute', now() - n * interval '1 minute'
        FROM generate_series(1, ${PRODUCTS}) AS n;
      INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, active, expires_at)
        SELECT md5(n::text)::uuid, 0, n, 1, 1, 1000, false, now() - n * interval '1 minute'
        FROM generate_series(1, ${PRODUCTS}) AS n;
      INSERT INTO design_jobs (id, owner, line, engine, ordered, encoder_id, toward, away, state, ended_at)
        SELECT md5(n::text)::uuid, n % 500, sha256((n % 500)::text::bytea), 'LOCAL', '{"currency": "EUR"}', encoder.id,
          '\\x0000803f000000000000000000000000', '', CASE n % 1000 WHEN 0 THEN 'WAITING' ELSE 'DONE' END,
          CASE n % 1000 WHEN 0 THEN NULL ELSE now() - n * interval '1 minute' END
        FROM generate_series(1, ${PRODUCTS}) AS n, encoders encoder;
      INSERT INTO designs (job_id, owner, shopper, position, sha256, width, height, thumbhash, dominant_color, similarity, finished)
        SELECT job.id, job.owner, '', 0, sha256(job.number::text::bytea), 4, 5, '\\x00', '#808080', 0.5, true
        FROM design_jobs job;
      INSERT INTO watches (owner, line, title, channel_id, currency, condition, encoder_id, toward, away, min_cosine, scale, since,
          expires_at)
        SELECT n % 500, sha256((n % 500)::text::bytea), '', 1, 'EUR', '{"minAmount": null, "maxAmount": 8000, "onSale": null, "options": [], "availability": "SELLABLE", "quantity": 1, "categories": null, "brands": null, "attributes": [], "gtins": null, "createdAfter": null, "excludedKeys": [], "locationKey": null}', encoder.id,
          '\\x0000803f000000000000000000000000', '', 0.5, 1, pg_current_snapshot(), now() + n * interval '1 minute'
        FROM generate_series(1, ${PRODUCTS}) AS n, encoders encoder;
      INSERT INTO watch_matches (watch, product_id, matching, crossing)
        SELECT n, (n * 7) % ${PRODUCTS}, n % 2 = 0, 1 FROM generate_series(1, ${PRODUCTS}) AS n;
      INSERT INTO watch_events (watch, product_id, crossing, amount, matched_at)
        SELECT n, (n * 7) % ${PRODUCTS}, 1, 1000, now() - n * interval '1 second' FROM generate_series(1, ${PRODUCTS}) AS n;
      SET session_replication_role = origin`);
    await client.query('VACUUM ANALYZE');
    // Watches that were all created just now would be read from end to end.
    await client.query('UPDATE watch_position SET position = pg_current_snapshot(), at = now()');
    // As a nightly sync leaves them: words that wait to enter the index make it look dear to the planner.
    await client.query(`
      UPDATE products SET keywords = keywords || ' ' || (SELECT string_agg(md5(products.id || '-' || n), ' ') FROM generate_series(1, 40) n)
      WHERE id % 80 = 0`);
  } finally {
    await client.end();
  }
}

-- What all migrations make together, for reading and for diffs. Written by `npm run structure`.

CREATE EXTENSION btree_gist;

CREATE DOMAIN handle AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9._/-]{0,254}$'::text);

CREATE TABLE api_keys (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text NOT NULL,
  hash bytea NOT NULL,
  scopes text[] NOT NULL,
  channel_id integer,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT api_keys_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE SET NULL,
  CONSTRAINT api_keys_hash_check CHECK (octet_length(hash) = 32),
  CONSTRAINT api_keys_hash_key UNIQUE (hash),
  CONSTRAINT api_keys_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'::text AND (name <> ALL (ARRAY['anonymous'::text, 'import'::text]))),
  CONSTRAINT api_keys_name_key UNIQUE (name),
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_scopes_check CHECK (scopes <@ ARRAY['catalog:write'::text])
);
CREATE INDEX api_keys_channel ON public.api_keys USING btree (channel_id);

CREATE TABLE brands (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  name text NOT NULL,
  CONSTRAINT brands_handle_key UNIQUE (handle),
  CONSTRAINT brands_name_check CHECK (name <> ''::text),
  CONSTRAINT brands_pkey PRIMARY KEY (id)
);
CREATE TRIGGER brands_updated AFTER UPDATE ON brands REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_brand();

CREATE TABLE categories (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  name text NOT NULL,
  parent_id integer,
  CONSTRAINT categories_check CHECK (parent_id < id),
  CONSTRAINT categories_handle_key UNIQUE (handle),
  CONSTRAINT categories_name_check CHECK (name <> ''::text),
  CONSTRAINT categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES categories(id),
  CONSTRAINT categories_pkey PRIMARY KEY (id)
);
CREATE INDEX categories_parent ON public.categories USING btree (parent_id);
CREATE TRIGGER categories_updated AFTER UPDATE ON categories REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_category();

CREATE TABLE channel_locations (
  channel_id integer NOT NULL,
  location_id integer NOT NULL,
  CONSTRAINT channel_locations_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE,
  CONSTRAINT channel_locations_location_id_fkey FOREIGN KEY (location_id) REFERENCES stock_locations(id) ON DELETE CASCADE,
  CONSTRAINT channel_locations_pkey PRIMARY KEY (channel_id, location_id)
);
CREATE TRIGGER channel_locations_deleted AFTER DELETE ON channel_locations REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channel_locations_inserted AFTER INSERT ON channel_locations REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channel_locations_updated AFTER UPDATE ON channel_locations REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_channel_location();

CREATE TABLE channels (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  name text NOT NULL,
  price_list_id integer NOT NULL,
  checkout_url_template text,
  shows_exact_stock boolean DEFAULT true NOT NULL,
  low_stock_threshold integer DEFAULT 3 NOT NULL,
  is_default boolean DEFAULT false NOT NULL,
  CONSTRAINT channels_checkout_url_template_check CHECK (checkout_url_template ~ '\{sku\}'::text),
  CONSTRAINT channels_handle_key UNIQUE (handle),
  CONSTRAINT channels_low_stock_threshold_check CHECK (low_stock_threshold >= 0),
  CONSTRAINT channels_name_check CHECK (name <> ''::text),
  CONSTRAINT channels_pkey PRIMARY KEY (id),
  CONSTRAINT channels_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id)
);
CREATE UNIQUE INDEX channels_one_default ON public.channels USING btree (is_default) WHERE is_default;
CREATE TRIGGER channels_deleted AFTER DELETE ON channels REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channels_inserted AFTER INSERT ON channels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channels_updated AFTER UPDATE ON channels REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_channel();

CREATE TABLE embeddings (
  encoder_id integer NOT NULL,
  dimension integer NOT NULL,
  sha256 bytea NOT NULL,
  vector bytea NOT NULL STORAGE EXTERNAL,
  CONSTRAINT embeddings_check CHECK (octet_length(vector) = (4 * dimension)),
  CONSTRAINT embeddings_encoder_id_dimension_fkey FOREIGN KEY (encoder_id, dimension) REFERENCES encoders(id, dimension) ON DELETE CASCADE,
  CONSTRAINT embeddings_pkey PRIMARY KEY (encoder_id, sha256),
  CONSTRAINT embeddings_sha256_check CHECK (octet_length(sha256) = 32)
);
CREATE TRIGGER embeddings_deleted AFTER DELETE ON embeddings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_embeddings();
CREATE TRIGGER embeddings_inserted AFTER INSERT ON embeddings REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_embeddings();
CREATE TRIGGER embeddings_updated AFTER UPDATE ON embeddings REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_embeddings();

CREATE TABLE encoders (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text NOT NULL,
  dimension integer NOT NULL,
  CONSTRAINT encoders_dimension_check CHECK (dimension >= 1 AND dimension <= 65535),
  CONSTRAINT encoders_id_dimension_key UNIQUE (id, dimension),
  CONSTRAINT encoders_name_check CHECK (name ~ '^[^@]+@[^@]+$'::text),
  CONSTRAINT encoders_name_key UNIQUE (name),
  CONSTRAINT encoders_pkey PRIMARY KEY (id)
);

CREATE TABLE idempotency_keys (
  caller integer NOT NULL,
  key text NOT NULL,
  operation text NOT NULL,
  fingerprint bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
  CONSTRAINT idempotency_keys_key_check CHECK (length(key) >= 1 AND length(key) <= 255),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created ON public.idempotency_keys USING btree (created_at);

CREATE TABLE index_positions (
  index_name text NOT NULL,
  encoder text NOT NULL,
  "position" pg_snapshot NOT NULL,
  moved_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT index_positions_pkey PRIMARY KEY (index_name)
);

CREATE TABLE price_lists (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  currency text NOT NULL,
  CONSTRAINT price_lists_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  CONSTRAINT price_lists_handle_key UNIQUE (handle),
  CONSTRAINT price_lists_pkey PRIMARY KEY (id)
);

CREATE TABLE prices (
  price_list_id integer NOT NULL,
  sku_id integer NOT NULL,
  amount bigint NOT NULL,
  compare_at bigint,
  valid tstzrange DEFAULT '(,)'::tstzrange NOT NULL,
  CONSTRAINT prices_amount_check CHECK (amount >= 0 AND amount <= '9007199254740991'::bigint),
  CONSTRAINT prices_check CHECK (compare_at > amount AND compare_at <= '9007199254740991'::bigint),
  CONSTRAINT prices_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE CASCADE,
  CONSTRAINT prices_price_list_id_sku_id_valid_excl EXCLUDE USING gist (price_list_id WITH =, sku_id WITH =, valid WITH &&),
  CONSTRAINT prices_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES skus(id) ON DELETE CASCADE,
  CONSTRAINT prices_valid_check CHECK (NOT isempty(valid) AND isfinite(COALESCE(lower(valid), now())) AND isfinite(COALESCE(upper(valid), now())))
);
CREATE INDEX prices_sku ON public.prices USING btree (sku_id, price_list_id);
CREATE TRIGGER prices_deleted AFTER DELETE ON prices REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_inserted AFTER INSERT ON prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_updated AFTER UPDATE ON prices REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_prices();

CREATE TABLE product_attributes (
  product_id integer NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  CONSTRAINT product_attributes_name_check CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'::text),
  CONSTRAINT product_attributes_pkey PRIMARY KEY (product_id, name, value),
  CONSTRAINT product_attributes_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT product_attributes_value_check CHECK (value <> ''::text)
);
CREATE INDEX product_attributes_value ON public.product_attributes USING btree (name, lower(value));
CREATE TRIGGER product_attributes_deleted AFTER DELETE ON product_attributes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_attributes_inserted AFTER INSERT ON product_attributes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_attributes_updated AFTER UPDATE ON product_attributes REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_attributes();

CREATE TABLE product_changes (
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  product_id integer,
  images boolean DEFAULT false NOT NULL,
  removed_image_id integer,
  changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE INDEX product_changes_xid ON public.product_changes USING btree (xid);
CREATE TRIGGER product_changes_rings AFTER INSERT ON product_changes FOR EACH STATEMENT EXECUTE FUNCTION ring_doorbell();

CREATE TABLE product_images (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  product_id integer NOT NULL,
  "position" smallint NOT NULL,
  sha256 bytea NOT NULL,
  source text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL,
  alt_text text,
  CONSTRAINT product_images_dominant_color_check CHECK (dominant_color ~ '^#[0-9a-f]{6}$'::text),
  CONSTRAINT product_images_height_check CHECK (height > 0),
  CONSTRAINT product_images_pkey PRIMARY KEY (id),
  CONSTRAINT product_images_position_check CHECK ("position" >= 0),
  CONSTRAINT product_images_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT product_images_product_id_position_key UNIQUE (product_id, "position") DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT product_images_product_id_sha256_key UNIQUE (product_id, sha256),
  CONSTRAINT product_images_sha256_check CHECK (octet_length(sha256) = 32),
  CONSTRAINT product_images_width_check CHECK (width > 0)
);
CREATE INDEX product_images_sha256 ON public.product_images USING btree (sha256);
CREATE TRIGGER product_images_deleted AFTER DELETE ON product_images REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_images();
CREATE TRIGGER product_images_inserted AFTER INSERT ON product_images REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_images();
CREATE TRIGGER product_images_updated AFTER UPDATE ON product_images REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_images();

CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  title text NOT NULL,
  description text,
  brand_id integer,
  category_id integer NOT NULL,
  url text,
  is_demo boolean DEFAULT false NOT NULL,
  keywords text DEFAULT ''::text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  search tsvector GENERATED ALWAYS AS (((setweight(to_tsvector('english'::regconfig, title), 'A'::"char") || setweight(to_tsvector('english'::regconfig, keywords), 'B'::"char")) || setweight(to_tsvector('english'::regconfig, COALESCE(description, ''::text)), 'C'::"char"))) STORED NOT NULL,
  CONSTRAINT products_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(id),
  CONSTRAINT products_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories(id),
  CONSTRAINT products_handle_key UNIQUE (handle),
  CONSTRAINT products_pkey PRIMARY KEY (id),
  CONSTRAINT products_title_check CHECK (title <> ''::text)
);
CREATE INDEX products_brand ON public.products USING btree (brand_id);
CREATE INDEX products_category ON public.products USING btree (category_id);
CREATE INDEX products_newest ON public.products USING btree (created_at DESC, id DESC);
CREATE INDEX products_search ON public.products USING gin (search);
CREATE TRIGGER products_updated AFTER UPDATE ON products REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_products();

CREATE TABLE skus (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  product_id integer NOT NULL,
  code text NOT NULL,
  gtin text,
  "position" smallint DEFAULT 0 NOT NULL,
  options jsonb DEFAULT '{}'::jsonb NOT NULL,
  image_id integer,
  when_out text DEFAULT 'deny'::text NOT NULL,
  restock_at timestamp with time zone,
  CONSTRAINT skus_code_check CHECK (code <> ''::text),
  CONSTRAINT skus_code_key UNIQUE (code),
  CONSTRAINT skus_gtin_check CHECK (gtin ~ '^(\d{8}|\d{12,14})$'::text),
  CONSTRAINT skus_image_id_fkey FOREIGN KEY (image_id) REFERENCES product_images(id) ON DELETE SET NULL,
  CONSTRAINT skus_options_check CHECK (is_options(options)),
  CONSTRAINT skus_pkey PRIMARY KEY (id),
  CONSTRAINT skus_position_check CHECK ("position" >= 0),
  CONSTRAINT skus_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT skus_restock_at_check CHECK (isfinite(restock_at)),
  CONSTRAINT skus_when_out_check CHECK (when_out = ANY (ARRAY['deny'::text, 'backorder'::text, 'preorder'::text]))
);
CREATE INDEX skus_image ON public.skus USING btree (image_id);
CREATE INDEX skus_product ON public.skus USING btree (product_id, "position", id);
CREATE TRIGGER skus_deleted AFTER DELETE ON skus REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER skus_updated AFTER UPDATE ON skus REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_skus();

CREATE TABLE stock_levels (
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  on_hand integer,
  held integer DEFAULT 0 NOT NULL,
  safety_stock integer DEFAULT 0 NOT NULL,
  sellable integer GENERATED ALWAYS AS (
CASE
    WHEN (on_hand IS NULL) THEN 2147483647
    ELSE (GREATEST((((on_hand)::bigint - held) - safety_stock), (0)::bigint))::integer
END) STORED NOT NULL,
  CONSTRAINT stock_levels_held_check CHECK (held >= 0),
  CONSTRAINT stock_levels_location_id_fkey FOREIGN KEY (location_id) REFERENCES stock_locations(id) ON DELETE CASCADE,
  CONSTRAINT stock_levels_on_hand_check CHECK (on_hand >= 0),
  CONSTRAINT stock_levels_pkey PRIMARY KEY (sku_id, location_id),
  CONSTRAINT stock_levels_safety_stock_check CHECK (safety_stock >= 0),
  CONSTRAINT stock_levels_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES skus(id) ON DELETE CASCADE
);
CREATE INDEX stock_levels_location ON public.stock_levels USING btree (location_id);
CREATE TRIGGER stock_levels_deleted AFTER DELETE ON stock_levels REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_stock();
CREATE TRIGGER stock_levels_inserted AFTER INSERT ON stock_levels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_stock();
CREATE TRIGGER stock_levels_rings AFTER INSERT OR DELETE OR UPDATE ON stock_levels FOR EACH STATEMENT EXECUTE FUNCTION ring_doorbell();
CREATE TRIGGER stock_levels_updated AFTER UPDATE ON stock_levels REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_stock();

CREATE TABLE stock_locations (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  name text NOT NULL,
  country_code text NOT NULL,
  latitude double precision,
  longitude double precision,
  pickup boolean DEFAULT false NOT NULL,
  CONSTRAINT stock_locations_check CHECK ((latitude IS NULL) = (longitude IS NULL)),
  CONSTRAINT stock_locations_country_code_check CHECK (country_code ~ '^[A-Z]{2}$'::text),
  CONSTRAINT stock_locations_handle_key UNIQUE (handle),
  CONSTRAINT stock_locations_latitude_check CHECK (latitude >= '-90'::integer::double precision AND latitude <= 90::double precision),
  CONSTRAINT stock_locations_longitude_check CHECK (longitude >= '-180'::integer::double precision AND longitude <= 180::double precision),
  CONSTRAINT stock_locations_name_check CHECK (name <> ''::text),
  CONSTRAINT stock_locations_pkey PRIMARY KEY (id)
);

CREATE VIEW sku_offers AS
 SELECT channel.id AS channel_id,
    sku.product_id,
    sku.id AS sku_id,
    sku."position",
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
            WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'::text
            WHEN stock.sellable > 0 THEN 'LOW_STOCK'::text
            WHEN sku.when_out = 'backorder'::text THEN 'BACKORDER'::text
            WHEN sku.when_out = 'preorder'::text THEN 'PREORDER'::text
            ELSE 'OUT_OF_STOCK'::text
        END AS level
   FROM skus sku
     CROSS JOIN channels channel
     JOIN price_lists price_list ON price_list.id = channel.price_list_id
     CROSS JOIN LATERAL ( SELECT prices.amount,
            prices.compare_at,
            prices.valid
           FROM prices
          WHERE prices.sku_id = sku.id AND prices.price_list_id = channel.price_list_id AND prices.valid @> statement_timestamp()
         LIMIT 1) price
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(stock_level.sellable), 0::bigint) AS sellable,
            COALESCE(bool_and(stock_level.on_hand IS NOT NULL), true) AS counted
           FROM stock_levels stock_level
             JOIN channel_locations served ON served.location_id = stock_level.location_id AND served.channel_id = channel.id
          WHERE stock_level.sku_id = sku.id) stock;

CREATE OR REPLACE FUNCTION public.idempotency_keep(p_caller integer, p_key text, p_operation text, p_fingerprint bytea, p_answer jsonb)
 RETURNS void
 LANGUAGE sql
BEGIN ATOMIC
 INSERT INTO idempotency_keys (caller, key, operation, fingerprint, answer)
   VALUES (idempotency_keep.p_caller, idempotency_keep.p_key, idempotency_keep.p_operation, idempotency_keep.p_fingerprint, idempotency_keep.p_answer);
END;

CREATE OR REPLACE FUNCTION public.idempotency_replay(p_caller integer, p_key text, p_operation text, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
DECLARE
  kept idempotency_keys;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, p_caller));
  -- A statement of its own: its snapshot is younger than the lock.
  SELECT * INTO kept FROM idempotency_keys WHERE caller = p_caller AND key = p_key;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF kept.created_at < now() - interval '24 hours' THEN
    DELETE FROM idempotency_keys WHERE caller = p_caller AND key = p_key;
    RETURN NULL;
  ELSIF (kept.operation, kept.fingerprint) = (p_operation, p_fingerprint) THEN
    RETURN jsonb_build_object('answer', kept.answer);
  END IF;
  RETURN jsonb_build_object('conflict', true);
END $function$;

CREATE OR REPLACE FUNCTION public.is_options(options jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (jsonb_typeof(options) = 'object'::text) THEN (NOT (EXISTS (SELECT FROM jsonb_each(is_options.options) jsonb_each(key, value) WHERE ((jsonb_typeof(jsonb_each.value) <> 'string'::text) OR (jsonb_each.key <> lower(jsonb_each.key)))))) ELSE false END;

CREATE OR REPLACE FUNCTION public.mark_all()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (SELECT FROM changed);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_all_by_brand()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT id, handle FROM after EXCEPT SELECT id, handle FROM before);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_all_by_category()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT id, handle, parent_id FROM after EXCEPT SELECT id, handle, parent_id FROM before);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_all_by_channel()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT id, handle, price_list_id FROM after EXCEPT SELECT id, handle, price_list_id FROM before);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_all_by_channel_location()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT channel_id, location_id FROM after EXCEPT SELECT channel_id, location_id FROM before);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_by_product()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT DISTINCT product_id FROM changed;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_by_sku()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_deleted_embeddings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- The point goes; it comes back where another encoder lost its embedding.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_deleted_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, removed_image_id) SELECT product_id, id FROM changed;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_inserted_embeddings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, images)
  SELECT DISTINCT image.product_id, true FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_inserted_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, images) SELECT DISTINCT product_id, true FROM changed;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_inserted_stock()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM changed JOIN skus sku ON sku.id = changed.sku_id WHERE changed.sellable > 0;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_attributes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id) SELECT DISTINCT product_id
  FROM ((TABLE before EXCEPT TABLE after) UNION ALL (TABLE after EXCEPT TABLE before)) AS changed;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_embeddings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM ((TABLE before EXCEPT TABLE after) UNION ALL (TABLE after EXCEPT TABLE before)) AS changed
  JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- The old point goes first; where the image has an embedding, a new one takes its place.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT after.product_id, true, after.id FROM after JOIN before USING (id)
  WHERE (before.product_id, before.sha256) IS DISTINCT FROM (after.product_id, after.sha256);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_prices()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM (
    (SELECT price_list_id, sku_id, amount, valid FROM before
      EXCEPT SELECT price_list_id, sku_id, amount, valid FROM after)
    UNION ALL
    (SELECT price_list_id, sku_id, amount, valid FROM after
      EXCEPT SELECT price_list_id, sku_id, amount, valid FROM before)
  ) AS changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_products()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT after.id FROM after JOIN before USING (id)
  WHERE (before.brand_id, before.category_id) IS DISTINCT FROM (after.brand_id, after.category_id);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_skus()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
  WHERE (before.product_id, before.options, before.when_out) IS DISTINCT FROM (after.product_id, after.options, after.when_out);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_stock()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM (
    (SELECT sku_id, location_id FROM before WHERE sellable > 0
      EXCEPT SELECT sku_id, location_id FROM after WHERE sellable > 0)
    UNION ALL
    (SELECT sku_id, location_id FROM after WHERE sellable > 0
      EXCEPT SELECT sku_id, location_id FROM before WHERE sellable > 0)
  ) AS changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.ring_doorbell()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- The number is the word "doorbell" in ASCII.
  IF pg_try_advisory_xact_lock(7237125663275445356) THEN
    PERFORM pg_notify('vitrine', '');
  END IF;
  RETURN NULL;
END $function$;

-- What all migrations make together, for reading and for diffs. Written by `npm run structure`.

CREATE EXTENSION btree_gist;

CREATE EXTENSION fuzzystrmatch;

CREATE EXTENSION pg_trgm;

CREATE DOMAIN handle AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9._/-]{0,254}$'::text);

CREATE DOMAIN language AS text CHECK (VALUE ~ '^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$'::text);

CREATE TABLE api_key_channels (
  api_key_id integer NOT NULL,
  channel_id integer NOT NULL,
  "position" smallint NOT NULL,
  CONSTRAINT api_key_channels_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_keys(id) ON DELETE CASCADE,
  CONSTRAINT api_key_channels_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE,
  CONSTRAINT api_key_channels_pkey PRIMARY KEY (api_key_id, channel_id)
);
CREATE INDEX api_key_channels_channel ON public.api_key_channels USING btree (channel_id);

CREATE TABLE api_keys (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text NOT NULL,
  hash bytea NOT NULL,
  scopes text[] DEFAULT '{}'::text[] NOT NULL,
  channel_id integer,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  revoked_at timestamp with time zone,
  grants text[] DEFAULT '{}'::text[] NOT NULL,
  all_channels boolean DEFAULT true NOT NULL,
  prefix text,
  previous_hash bytea,
  previous_until timestamp with time zone,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  origins text[] DEFAULT '{}'::text[] NOT NULL,
  budget integer,
  trusted_documents_only boolean DEFAULT false NOT NULL,
  CONSTRAINT api_keys_budget_check CHECK (budget > 0),
  CONSTRAINT api_keys_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE SET NULL,
  CONSTRAINT api_keys_check CHECK ((previous_hash IS NULL) = (previous_until IS NULL)),
  CONSTRAINT api_keys_grants_check CHECK (grants <@ ARRAY['catalog:read'::text, 'catalog:write'::text, 'stock:write'::text, 'prices:write'::text, 'holds:create'::text, 'holds:confirm'::text, 'boards'::text, 'shoppers:forward'::text]),
  CONSTRAINT api_keys_hash_check CHECK (octet_length(hash) = 32),
  CONSTRAINT api_keys_hash_key UNIQUE (hash),
  CONSTRAINT api_keys_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'::text AND (name <> ALL (ARRAY['anonymous'::text, 'import'::text]))),
  CONSTRAINT api_keys_name_key UNIQUE (name),
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_prefix_check CHECK (length(prefix) = 12),
  CONSTRAINT api_keys_previous_hash_check CHECK (octet_length(previous_hash) = 32),
  CONSTRAINT api_keys_previous_hash_key UNIQUE (previous_hash),
  CONSTRAINT api_keys_scopes_check CHECK (scopes <@ ARRAY['catalog:write'::text, 'holds:create'::text, 'holds:confirm'::text])
);
CREATE INDEX api_keys_channel ON public.api_keys USING btree (channel_id);
CREATE TRIGGER api_keys_add_channel AFTER INSERT ON api_keys FOR EACH ROW WHEN (new.channel_id IS NOT NULL) EXECUTE FUNCTION api_keys_add_channel();
CREATE TRIGGER api_keys_complete BEFORE INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION api_keys_complete();
CREATE TRIGGER api_keys_revoked AFTER UPDATE OF revoked_at ON api_keys FOR EACH ROW WHEN (old.revoked_at IS NULL AND new.revoked_at IS NOT NULL) EXECUTE FUNCTION disable_webhooks_of_key();

CREATE TABLE boards (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  owner integer NOT NULL,
  title text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  shopper bytea DEFAULT '\x'::bytea NOT NULL,
  line bytea,
  size integer DEFAULT 5 NOT NULL,
  CONSTRAINT boards_line_check CHECK (octet_length(line) = 32),
  CONSTRAINT boards_number_key UNIQUE (number),
  CONSTRAINT boards_pkey PRIMARY KEY (id),
  CONSTRAINT boards_shopper_check CHECK (octet_length(shopper) = ANY (ARRAY[0, 32])),
  CONSTRAINT boards_size_check CHECK (size > 0),
  CONSTRAINT boards_title_check CHECK (length(title) >= 1 AND length(title) <= 200)
);
CREATE INDEX boards_anonymous ON public.boards USING btree (updated_at) WHERE ((owner = 0) AND (shopper = '\x'::bytea));
CREATE INDEX boards_line ON public.boards USING btree (line) INCLUDE (size) WHERE (line IS NOT NULL);
CREATE INDEX boards_owner ON public.boards USING btree (owner, shopper, number);

CREATE TABLE brands (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  name text NOT NULL,
  CONSTRAINT brands_handle_key UNIQUE (handle),
  CONSTRAINT brands_name_check CHECK (name <> ''::text),
  CONSTRAINT brands_pkey PRIMARY KEY (id)
);
CREATE INDEX brands_name ON public.brands USING btree (name, id);
CREATE INDEX brands_words ON public.brands USING gin (name_vector(name));
CREATE TRIGGER brands_updated AFTER UPDATE ON brands REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_brand();

CREATE TABLE budgets (
  payer text NOT NULL,
  points double precision NOT NULL,
  granted double precision NOT NULL,
  restored_at timestamp with time zone NOT NULL,
  CONSTRAINT budgets_pkey PRIMARY KEY (payer)
);
CREATE INDEX budgets_restored_at ON public.budgets USING btree (restored_at);

CREATE TABLE calibrations (
  encoder_id integer NOT NULL,
  kind text NOT NULL,
  model jsonb NOT NULL,
  fitted_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT calibrations_encoder_id_fkey FOREIGN KEY (encoder_id) REFERENCES encoders(id) ON DELETE CASCADE,
  CONSTRAINT calibrations_kind_check CHECK (kind = ANY (ARRAY['same_product'::text, 'labels'::text])),
  CONSTRAINT calibrations_model_check CHECK (jsonb_typeof(model) = 'object'::text),
  CONSTRAINT calibrations_pkey PRIMARY KEY (encoder_id, kind)
);

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
CREATE INDEX categories_words ON public.categories USING gin (name_vector(name));
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
  min_hold_seconds integer DEFAULT 1 NOT NULL,
  hold_seconds integer DEFAULT 600 NOT NULL,
  max_hold_seconds integer DEFAULT 3600 NOT NULL,
  hold_url_template text,
  language language DEFAULT 'en'::text NOT NULL,
  CONSTRAINT channels_checkout_url_template_check CHECK (checkout_url_template ~ '\{sku\}'::text),
  CONSTRAINT channels_handle_key UNIQUE (handle),
  CONSTRAINT channels_hold_seconds_check CHECK (hold_seconds >= min_hold_seconds AND hold_seconds <= max_hold_seconds),
  CONSTRAINT channels_hold_url_template_check CHECK (hold_url_template ~ '\{(hold|lines)\}'::text),
  CONSTRAINT channels_low_stock_threshold_check CHECK (low_stock_threshold >= 0),
  CONSTRAINT channels_max_hold_seconds_check CHECK (max_hold_seconds <= 604800),
  CONSTRAINT channels_min_hold_seconds_check CHECK (min_hold_seconds >= 1),
  CONSTRAINT channels_name_check CHECK (name <> ''::text),
  CONSTRAINT channels_pkey PRIMARY KEY (id),
  CONSTRAINT channels_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id)
);
CREATE UNIQUE INDEX channels_one_default ON public.channels USING btree (is_default) WHERE is_default;
CREATE TRIGGER channels_deleted AFTER DELETE ON channels REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channels_inserted AFTER INSERT ON channels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channels_revoke_keys BEFORE DELETE ON channels FOR EACH ROW EXECUTE FUNCTION revoke_keys_of_channel();
CREATE TRIGGER channels_updated AFTER UPDATE ON channels REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_channel();

CREATE TABLE compatible_migrations (
  name text NOT NULL,
  since text NOT NULL,
  CONSTRAINT compatible_migrations_pkey PRIMARY KEY (name)
);

CREATE TABLE design_jobs (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  owner integer NOT NULL,
  shopper bytea DEFAULT '\x'::bytea NOT NULL,
  line bytea NOT NULL,
  engine text NOT NULL,
  ordered jsonb NOT NULL,
  encoder_id integer NOT NULL,
  toward bytea NOT NULL,
  away bytea NOT NULL,
  state text DEFAULT 'WAITING'::text NOT NULL,
  progress real DEFAULT 0 NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
  lease uuid,
  leased_until timestamp with time zone,
  last_error text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT design_jobs_attempts_check CHECK (attempts >= 0),
  CONSTRAINT design_jobs_check CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CONSTRAINT design_jobs_check1 CHECK ((state = 'WAITING'::text) = (ended_at IS NULL)),
  CONSTRAINT design_jobs_check2 CHECK (state = 'WAITING'::text OR lease IS NULL),
  CONSTRAINT design_jobs_encoder_id_fkey FOREIGN KEY (encoder_id) REFERENCES encoders(id),
  CONSTRAINT design_jobs_engine_check CHECK (engine = ANY (ARRAY['LOCAL'::text, 'DIFFUSION'::text])),
  CONSTRAINT design_jobs_line_check CHECK (octet_length(line) = 32),
  CONSTRAINT design_jobs_number_key UNIQUE (number),
  CONSTRAINT design_jobs_pkey PRIMARY KEY (id),
  CONSTRAINT design_jobs_progress_check CHECK (progress >= 0::double precision AND progress <= 1::double precision),
  CONSTRAINT design_jobs_shopper_check CHECK (octet_length(shopper) = ANY (ARRAY[0, 32])),
  CONSTRAINT design_jobs_state_check CHECK (state = ANY (ARRAY['WAITING'::text, 'DONE'::text, 'FAILED'::text, 'CANCELED'::text])),
  CONSTRAINT design_jobs_toward_check CHECK (octet_length(toward) > 0)
);
CREATE INDEX design_jobs_due ON public.design_jobs USING btree (next_attempt_at, number) WHERE (state = 'WAITING'::text);
CREATE INDEX design_jobs_ended ON public.design_jobs USING btree (ended_at);
CREATE INDEX design_jobs_line ON public.design_jobs USING btree (line) WHERE (state = 'WAITING'::text);
CREATE TRIGGER design_jobs_ended AFTER UPDATE ON design_jobs FOR EACH ROW WHEN (old.state = 'WAITING'::text AND (new.state = ANY (ARRAY['DONE'::text, 'FAILED'::text]))) EXECUTE FUNCTION tell_webhooks_of_design();
CREATE TRIGGER design_jobs_notify AFTER INSERT OR UPDATE ON design_jobs FOR EACH ROW EXECUTE FUNCTION notify_change();

CREATE TABLE designs (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  job_id uuid NOT NULL,
  owner integer NOT NULL,
  shopper bytea NOT NULL,
  "position" smallint NOT NULL,
  sha256 bytea NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL,
  garment jsonb,
  prompt text,
  similarity real NOT NULL,
  likeness real,
  nearest_product integer,
  price bigint,
  trust_score real,
  trust_reason text,
  finished boolean NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT designs_dominant_color_check CHECK (dominant_color ~ '^#[0-9a-f]{6}$'::text),
  CONSTRAINT designs_height_check CHECK (height > 0),
  CONSTRAINT designs_job_id_fkey FOREIGN KEY (job_id) REFERENCES design_jobs(id) ON DELETE CASCADE,
  CONSTRAINT designs_job_id_position_key UNIQUE (job_id, "position"),
  CONSTRAINT designs_number_key UNIQUE (number),
  CONSTRAINT designs_pkey PRIMARY KEY (id),
  CONSTRAINT designs_position_check CHECK ("position" >= 0),
  CONSTRAINT designs_price_check CHECK (price >= 0),
  CONSTRAINT designs_sha256_check CHECK (octet_length(sha256) = 32),
  CONSTRAINT designs_trust_reason_check CHECK (trust_reason = ANY (ARRAY['patch'::text, 'noise'::text])),
  CONSTRAINT designs_width_check CHECK (width > 0)
);
CREATE INDEX designs_owner ON public.designs USING btree (owner, shopper, number);
CREATE INDEX designs_sha256 ON public.designs USING btree (sha256);

CREATE TABLE embeddings (
  encoder_id integer NOT NULL,
  dimension integer NOT NULL,
  sha256 bytea NOT NULL,
  vector bytea NOT NULL STORAGE EXTERNAL,
  trust_score double precision,
  CONSTRAINT embeddings_check CHECK (octet_length(vector) = (4 * dimension)),
  CONSTRAINT embeddings_encoder_id_dimension_fkey FOREIGN KEY (encoder_id, dimension) REFERENCES encoders(id, dimension) ON DELETE CASCADE,
  CONSTRAINT embeddings_pkey PRIMARY KEY (encoder_id, sha256),
  CONSTRAINT embeddings_sha256_check CHECK (octet_length(sha256) = 32),
  CONSTRAINT embeddings_trust_score_check CHECK (trust_score >= 0::double precision AND trust_score <= 1::double precision)
);
CREATE TRIGGER embeddings_deleted AFTER DELETE ON embeddings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_embeddings();
CREATE TRIGGER embeddings_deleted_digest AFTER DELETE ON embeddings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_embeddings();
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

CREATE TABLE entities (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  handle handle NOT NULL,
  kind text NOT NULL,
  label text NOT NULL,
  external_id text,
  description text,
  source text,
  source_url text,
  CONSTRAINT entities_check CHECK (source IS NOT NULL OR source_url IS NULL),
  CONSTRAINT entities_external_id_check CHECK (external_id <> ''::text),
  CONSTRAINT entities_handle_key UNIQUE (handle),
  CONSTRAINT entities_kind_check CHECK (kind = ANY (ARRAY['BRAND'::text, 'MAKER'::text, 'PLACE'::text, 'MATERIAL'::text, 'TECHNIQUE'::text, 'STYLE'::text, 'ERA'::text])),
  CONSTRAINT entities_label_check CHECK (label <> ''::text),
  CONSTRAINT entities_pkey PRIMARY KEY (id),
  CONSTRAINT entities_source_check CHECK (source <> ''::text),
  CONSTRAINT entities_source_url_check CHECK (source_url ~ '^https?://'::text)
);

CREATE TABLE entity_links (
  entity_id integer NOT NULL,
  target text NOT NULL,
  name text DEFAULT ''::text NOT NULL,
  value text NOT NULL,
  CONSTRAINT entity_links_check CHECK ((name <> ''::text) = (target = 'ATTRIBUTE'::text)),
  CONSTRAINT entity_links_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities(id) ON DELETE CASCADE,
  CONSTRAINT entity_links_pkey PRIMARY KEY (target, name, value, entity_id),
  CONSTRAINT entity_links_target_check CHECK (target = ANY (ARRAY['PRODUCT'::text, 'BRAND'::text, 'ATTRIBUTE'::text])),
  CONSTRAINT entity_links_value_check CHECK (value <> ''::text)
);
CREATE INDEX entity_links_entity ON public.entity_links USING btree (entity_id);

CREATE TABLE guest_address_key (
  is_only boolean DEFAULT true NOT NULL,
  key bytea NOT NULL,
  CONSTRAINT guest_address_key_is_only_check CHECK (is_only),
  CONSTRAINT guest_address_key_key_check CHECK (octet_length(key) = 32),
  CONSTRAINT guest_address_key_pkey PRIMARY KEY (is_only)
);

CREATE TABLE hold_lines (
  hold_id uuid NOT NULL,
  "position" smallint NOT NULL,
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  quantity integer NOT NULL,
  unit_amount bigint NOT NULL,
  compare_at bigint,
  active boolean DEFAULT true NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  guest boolean DEFAULT false NOT NULL,
  promised boolean DEFAULT false NOT NULL,
  promised_for timestamp with time zone,
  CONSTRAINT hold_lines_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES holds(id) ON DELETE CASCADE,
  CONSTRAINT hold_lines_pkey PRIMARY KEY (hold_id, "position"),
  CONSTRAINT hold_lines_quantity_check CHECK (quantity > 0)
);
CREATE INDEX hold_lines_active ON public.hold_lines USING btree (sku_id, expires_at) INCLUDE (location_id, quantity, promised) WHERE active;

CREATE TABLE holds (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  channel_id integer NOT NULL,
  caller integer NOT NULL,
  currency text NOT NULL,
  status text DEFAULT 'ACTIVE'::text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  client bytea,
  made_by integer DEFAULT 0 NOT NULL,
  shopper bytea DEFAULT '\x'::bytea NOT NULL,
  CONSTRAINT holds_check CHECK ((status = 'ACTIVE'::text) = (ended_at IS NULL)),
  CONSTRAINT holds_client_active CHECK (client IS NULL OR status = 'ACTIVE'::text),
  CONSTRAINT holds_client_check CHECK (octet_length(client) = 32),
  CONSTRAINT holds_pkey PRIMARY KEY (id),
  CONSTRAINT holds_shopper_check CHECK (octet_length(shopper) = ANY (ARRAY[0, 32])),
  CONSTRAINT holds_status_check CHECK (status = ANY (ARRAY['ACTIVE'::text, 'CONFIRMED'::text, 'RELEASED'::text, 'EXPIRED'::text]))
);
CREATE INDEX holds_client ON public.holds USING btree (client) WHERE (client IS NOT NULL);
CREATE INDEX holds_ended ON public.holds USING btree (ended_at) WHERE (status <> 'ACTIVE'::text);
CREATE INDEX holds_ended_of_guests ON public.holds USING btree (ended_at) WHERE ((caller = 0) AND (status = ANY (ARRAY['RELEASED'::text, 'EXPIRED'::text])));
CREATE INDEX holds_expiring ON public.holds USING btree (expires_at) WHERE (status = 'ACTIVE'::text);
CREATE TRIGGER holds_ended AFTER UPDATE ON holds FOR EACH ROW WHEN (old.status = 'ACTIVE'::text AND new.status <> 'ACTIVE'::text) EXECUTE FUNCTION tell_webhooks();

CREATE TABLE idempotency_keys (
  caller integer NOT NULL,
  key text NOT NULL,
  operation text NOT NULL,
  fingerprint bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  shopper bytea DEFAULT '\x'::bytea NOT NULL,
  CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
  CONSTRAINT idempotency_keys_key_check CHECK (length(key) >= 1 AND length(key) <= 255),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, shopper, key),
  CONSTRAINT idempotency_keys_shopper_check CHECK (octet_length(shopper) = ANY (ARRAY[0, 32]))
);
CREATE INDEX idempotency_keys_created ON public.idempotency_keys USING btree (created_at);

CREATE TABLE image_jobs (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  product_id integer NOT NULL,
  "position" smallint NOT NULL,
  link text NOT NULL,
  alt_text text,
  state text DEFAULT 'WAITING'::text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
  leased_until timestamp with time zone,
  lease uuid,
  last_error text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  shows jsonb DEFAULT '{}'::jsonb NOT NULL,
  host text GENERATED ALWAYS AS (COALESCE(lower("substring"(link, '^https?://([^/?#]+)'::text)), ''::text)) STORED NOT NULL,
  CONSTRAINT image_jobs_attempts_check CHECK (attempts >= 0),
  CONSTRAINT image_jobs_check CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CONSTRAINT image_jobs_check1 CHECK (state = 'WAITING'::text OR lease IS NULL AND last_error IS NOT NULL),
  CONSTRAINT image_jobs_link_check CHECK (link <> ''::text),
  CONSTRAINT image_jobs_pkey PRIMARY KEY (id),
  CONSTRAINT image_jobs_position_check CHECK ("position" >= 0),
  CONSTRAINT image_jobs_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT image_jobs_product_id_link_key UNIQUE (product_id, link),
  CONSTRAINT image_jobs_shows_check CHECK (is_shown(shows)),
  CONSTRAINT image_jobs_state_check CHECK (state = ANY (ARRAY['WAITING'::text, 'DEAD'::text]))
);
CREATE INDEX image_jobs_due ON public.image_jobs USING btree (next_attempt_at, id) WHERE (state = 'WAITING'::text);
CREATE INDEX image_jobs_host ON public.image_jobs USING btree (host, next_attempt_at, id) WHERE (state = 'WAITING'::text);
CREATE INDEX image_jobs_leased ON public.image_jobs USING btree (host) WHERE (lease IS NOT NULL);
CREATE INDEX image_jobs_state ON public.image_jobs USING btree (state, id);
CREATE TRIGGER image_jobs_inserted_digest AFTER INSERT ON image_jobs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER image_jobs_notify AFTER INSERT ON image_jobs FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
CREATE TRIGGER image_jobs_revived_notify AFTER UPDATE ON image_jobs FOR EACH ROW WHEN (old.state = 'DEAD'::text AND new.state = 'WAITING'::text) EXECUTE FUNCTION notify_change();

CREATE TABLE import_digests (
  product_id integer NOT NULL,
  digest bytea NOT NULL,
  CONSTRAINT import_digests_digest_check CHECK (octet_length(digest) = 32),
  CONSTRAINT import_digests_pkey PRIMARY KEY (product_id),
  CONSTRAINT import_digests_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE
);

CREATE TABLE index_answers (
  request_id uuid NOT NULL,
  gateway_id uuid NOT NULL,
  done integer DEFAULT 0 NOT NULL,
  total integer,
  answer jsonb,
  CONSTRAINT index_answers_pkey PRIMARY KEY (request_id, gateway_id),
  CONSTRAINT index_answers_request_id_fkey FOREIGN KEY (request_id) REFERENCES index_requests(id) ON DELETE CASCADE
);

CREATE TABLE index_positions (
  index_name text NOT NULL,
  encoder text NOT NULL,
  "position" pg_snapshot NOT NULL,
  moved_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT index_positions_pkey PRIMARY KEY (index_name, encoder)
);

CREATE TABLE index_requests (
  id uuid NOT NULL,
  kind text NOT NULL,
  encoder text,
  asked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT index_requests_kind_check CHECK (kind = ANY (ARRAY['check'::text, 'reconcile'::text, 'rebuild'::text])),
  CONSTRAINT index_requests_pkey PRIMARY KEY (id)
);
CREATE TRIGGER index_requests_notify AFTER INSERT ON index_requests FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

CREATE TABLE index_snapshots (
  id uuid NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT index_snapshots_pkey PRIMARY KEY (id)
);

CREATE TABLE pinned_images (
  sha256 bytea NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL,
  CONSTRAINT pinned_images_dominant_color_check CHECK (dominant_color ~ '^#[0-9a-f]{6}$'::text),
  CONSTRAINT pinned_images_height_check CHECK (height > 0),
  CONSTRAINT pinned_images_pkey PRIMARY KEY (sha256),
  CONSTRAINT pinned_images_sha256_check CHECK (octet_length(sha256) = 32),
  CONSTRAINT pinned_images_width_check CHECK (width > 0)
);

CREATE TABLE pins (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  board_id uuid NOT NULL,
  product_id integer,
  sha256 bytea,
  positive boolean NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT pins_board_id_fkey FOREIGN KEY (board_id) REFERENCES boards(id) ON DELETE CASCADE,
  CONSTRAINT pins_board_id_product_id_key UNIQUE (board_id, product_id),
  CONSTRAINT pins_board_id_sha256_key UNIQUE (board_id, sha256),
  CONSTRAINT pins_check CHECK ((product_id IS NULL) <> (sha256 IS NULL)),
  CONSTRAINT pins_pkey PRIMARY KEY (id),
  CONSTRAINT pins_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT pins_sha256_fkey FOREIGN KEY (sha256) REFERENCES pinned_images(sha256)
);
CREATE INDEX pins_board ON public.pins USING btree (board_id, id);
CREATE INDEX pins_product ON public.pins USING btree (product_id);
CREATE INDEX pins_sha256 ON public.pins USING btree (sha256);

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
  CONSTRAINT prices_overlap EXCLUDE USING gist (((price_list_id::bigint << 32) | sku_id::bigint) WITH =, (valid * '(,)'::tstzrange) WITH &&),
  CONSTRAINT prices_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE CASCADE,
  CONSTRAINT prices_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES skus(id) ON DELETE CASCADE,
  CONSTRAINT prices_valid_check CHECK (NOT isempty(valid) AND isfinite(COALESCE(lower(valid), now())) AND isfinite(COALESCE(upper(valid), now())))
);
CREATE INDEX prices_begin ON public.prices USING btree (lower(valid)) WHERE (lower(valid) IS NOT NULL);
CREATE INDEX prices_end ON public.prices USING btree (upper(valid)) WHERE (upper(valid) IS NOT NULL);
CREATE INDEX prices_sku ON public.prices USING btree (sku_id, price_list_id);
CREATE TRIGGER prices_deleted AFTER DELETE ON prices REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_inserted AFTER INSERT ON prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_noted_deleted AFTER DELETE ON prices REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER prices_noted_inserted AFTER INSERT ON prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER prices_noted_updated AFTER UPDATE ON prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
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
CREATE INDEX product_attributes_style ON public.product_attributes USING btree (lower(value), hashint4(product_id)) WHERE (name = 'style'::text);
CREATE INDEX product_attributes_value ON public.product_attributes USING btree (name, lower(value));
CREATE TRIGGER product_attributes_deleted AFTER DELETE ON product_attributes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_attributes_deleted_digest AFTER DELETE ON product_attributes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER product_attributes_inserted AFTER INSERT ON product_attributes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_attributes_inserted_digest AFTER INSERT ON product_attributes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER product_attributes_updated AFTER UPDATE ON product_attributes REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_attributes();
CREATE TRIGGER product_attributes_updated_digest AFTER UPDATE ON product_attributes REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_attributes();

CREATE TABLE product_changes (
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  product_id integer,
  images boolean DEFAULT false NOT NULL,
  removed_image_id integer,
  changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  image_id integer
);
CREATE INDEX product_changes_xid ON public.product_changes USING btree (xid);
CREATE TRIGGER product_changes_notify AFTER INSERT ON product_changes FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

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
  shows jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT product_images_dominant_color_check CHECK (dominant_color ~ '^#[0-9a-f]{6}$'::text),
  CONSTRAINT product_images_height_check CHECK (height > 0),
  CONSTRAINT product_images_pkey PRIMARY KEY (id),
  CONSTRAINT product_images_position_check CHECK ("position" >= 0),
  CONSTRAINT product_images_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT product_images_product_id_position_key UNIQUE (product_id, "position") DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT product_images_product_id_sha256_key UNIQUE (product_id, sha256),
  CONSTRAINT product_images_sha256_check CHECK (octet_length(sha256) = 32),
  CONSTRAINT product_images_shows_check CHECK (is_shown(shows)),
  CONSTRAINT product_images_width_check CHECK (width > 0)
);
CREATE INDEX product_images_sha256 ON public.product_images USING btree (sha256);
CREATE TRIGGER product_images_deleted AFTER DELETE ON product_images REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_images();
CREATE TRIGGER product_images_deleted_digest AFTER DELETE ON product_images REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER product_images_inserted AFTER INSERT ON product_images REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_images();
CREATE TRIGGER product_images_inserted_digest AFTER INSERT ON product_images REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER product_images_updated AFTER UPDATE ON product_images REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_images();
CREATE TRIGGER product_images_updated_digest AFTER UPDATE ON product_images REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_images();

CREATE TABLE product_texts (
  product_id integer NOT NULL,
  language language NOT NULL,
  title text,
  description text,
  url text,
  keywords text DEFAULT ''::text NOT NULL,
  own_keywords text NOT NULL,
  digest bytea,
  search tsvector GENERATED ALWAYS AS (text_vector((language)::text, title, ((keywords || ' '::text) || own_keywords), description)) STORED NOT NULL,
  CONSTRAINT product_texts_description_check CHECK (description <> ''::text),
  CONSTRAINT product_texts_digest_check CHECK (octet_length(digest) = 32),
  CONSTRAINT product_texts_own_keywords_check CHECK (length(own_keywords) <= 1000),
  CONSTRAINT product_texts_pkey PRIMARY KEY (product_id, language),
  CONSTRAINT product_texts_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT product_texts_title_check CHECK (title <> ''::text)
);
CREATE INDEX product_texts_language ON public.product_texts USING btree (language);
CREATE INDEX product_texts_search ON public.product_texts USING gin (search);
CREATE TRIGGER product_texts_deleted AFTER DELETE ON product_texts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_texts_inserted AFTER INSERT ON product_texts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_texts_updated AFTER UPDATE ON product_texts REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_texts();
CREATE TRIGGER product_texts_words_inserted AFTER INSERT ON product_texts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_text_words();
CREATE TRIGGER product_texts_words_updated AFTER UPDATE ON product_texts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_text_words();

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
  language language DEFAULT 'en'::text NOT NULL,
  search tsvector GENERATED ALWAYS AS (text_vector((language)::text, title, keywords, description)) STORED NOT NULL,
  CONSTRAINT products_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(id),
  CONSTRAINT products_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories(id),
  CONSTRAINT products_handle_key UNIQUE (handle),
  CONSTRAINT products_pkey PRIMARY KEY (id),
  CONSTRAINT products_title_check CHECK (title <> ''::text)
);
CREATE INDEX products_brand ON public.products USING btree (brand_id);
CREATE INDEX products_category ON public.products USING btree (category_id);
CREATE INDEX products_language ON public.products USING btree (language);
CREATE INDEX products_newest ON public.products USING btree (created_at DESC, id DESC);
CREATE INDEX products_sample ON public.products USING btree (hashint4(id));
CREATE INDEX products_search ON public.products USING gin (search);
CREATE TRIGGER products_updated AFTER UPDATE ON products REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_products();
CREATE TRIGGER products_updated_digest AFTER UPDATE ON products REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_products();
CREATE TRIGGER products_updated_texts AFTER UPDATE ON products REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION keep_texts_of_products();
CREATE TRIGGER products_words_inserted AFTER INSERT ON products REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_search_words();
CREATE TRIGGER products_words_updated AFTER UPDATE ON products REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_search_words();

CREATE TABLE quarantined_images (
  sha256 bytea NOT NULL,
  encoder_id integer NOT NULL,
  reason text NOT NULL,
  score double precision NOT NULL,
  quarantined_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  released_at timestamp with time zone,
  CONSTRAINT quarantined_images_encoder_id_fkey FOREIGN KEY (encoder_id) REFERENCES encoders(id),
  CONSTRAINT quarantined_images_pkey PRIMARY KEY (sha256),
  CONSTRAINT quarantined_images_reason_check CHECK (reason ~ '^[a-z]+$'::text),
  CONSTRAINT quarantined_images_score_check CHECK (score >= 0::double precision AND score <= 1::double precision),
  CONSTRAINT quarantined_images_sha256_check CHECK (octet_length(sha256) = 32)
);
CREATE TRIGGER quarantined_images_deleted AFTER DELETE ON quarantined_images REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_quarantined_images();
CREATE TRIGGER quarantined_images_inserted AFTER INSERT ON quarantined_images REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_quarantined_images();
CREATE TRIGGER quarantined_images_updated AFTER UPDATE ON quarantined_images REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_released_images();

CREATE TABLE relations (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  subject_id integer NOT NULL,
  predicate text NOT NULL,
  object_id integer,
  value text,
  source text NOT NULL,
  source_url text,
  CONSTRAINT relations_check CHECK ((object_id IS NULL) <> (value IS NULL)),
  CONSTRAINT relations_check1 CHECK (object_id <> subject_id),
  CONSTRAINT relations_object_id_fkey FOREIGN KEY (object_id) REFERENCES entities(id) ON DELETE CASCADE,
  CONSTRAINT relations_pkey PRIMARY KEY (id),
  CONSTRAINT relations_predicate_check CHECK (predicate <> ''::text),
  CONSTRAINT relations_source_check CHECK (source <> ''::text),
  CONSTRAINT relations_source_url_check CHECK (source_url ~ '^https?://'::text),
  CONSTRAINT relations_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES entities(id) ON DELETE CASCADE,
  CONSTRAINT relations_value_check CHECK (value <> ''::text)
);
CREATE INDEX relations_object ON public.relations USING btree (object_id);
CREATE UNIQUE INDEX relations_statement ON public.relations USING btree (subject_id, predicate, source, COALESCE(object_id, 0), md5(COALESCE(value, ''::text)));
CREATE INDEX relations_subject ON public.relations USING btree (subject_id, id);

CREATE TABLE search_words (
  word text NOT NULL
);
CREATE INDEX search_words_near ON public.search_words USING gin (word gin_trgm_ops) WITH (fastupdate=off);
CREATE INDEX search_words_word ON public.search_words USING btree (word);

CREATE TABLE sku_change_log (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  is_only boolean DEFAULT true NOT NULL,
  CONSTRAINT sku_change_log_is_only_check CHECK (is_only),
  CONSTRAINT sku_change_log_pkey PRIMARY KEY (is_only)
);

CREATE TABLE sku_changes (
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  sku_ids integer[]
);
CREATE INDEX sku_changes_xid ON public.sku_changes USING btree (xid);
CREATE TRIGGER sku_changes_notify AFTER INSERT ON sku_changes FOR EACH ROW EXECUTE FUNCTION notify_change();

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
  url text,
  option_names text[] DEFAULT '{}'::text[] NOT NULL,
  promised integer,
  promised_held integer DEFAULT 0 NOT NULL,
  promised_guest_held integer DEFAULT 0 NOT NULL,
  CONSTRAINT skus_code_check CHECK (code <> ''::text),
  CONSTRAINT skus_code_key UNIQUE (code),
  CONSTRAINT skus_gtin_check CHECK (gtin ~ '^(\d{8}|\d{12,14})$'::text),
  CONSTRAINT skus_image_id_fkey FOREIGN KEY (image_id) REFERENCES product_images(id) ON DELETE SET NULL,
  CONSTRAINT skus_options_check CHECK (is_options(options)),
  CONSTRAINT skus_pkey PRIMARY KEY (id),
  CONSTRAINT skus_position_check CHECK ("position" >= 0),
  CONSTRAINT skus_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  CONSTRAINT skus_promised_check CHECK (promised >= 0),
  CONSTRAINT skus_promised_guests_check CHECK (promised_guest_held >= 0 AND promised_guest_held <= promised_held),
  CONSTRAINT skus_promised_held_check CHECK (promised_held >= 0),
  CONSTRAINT skus_restock_at_check CHECK (isfinite(restock_at)),
  CONSTRAINT skus_url_check CHECK (url ~* '^https?://'::text),
  CONSTRAINT skus_when_out_check CHECK (when_out = ANY (ARRAY['deny'::text, 'backorder'::text, 'preorder'::text]))
);
CREATE INDEX skus_gtin ON public.skus USING btree (ltrim(gtin, '0'::text)) WHERE (gtin IS NOT NULL);
CREATE INDEX skus_image ON public.skus USING btree (image_id);
CREATE INDEX skus_product ON public.skus USING btree (product_id, "position", id);
CREATE TRIGGER skus_deleted AFTER DELETE ON skus REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER skus_deleted_digest AFTER DELETE ON skus REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER skus_inserted_digest AFTER INSERT ON skus REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER skus_noted_updated AFTER UPDATE ON skus REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_updated_skus();
CREATE TRIGGER skus_promised BEFORE DELETE ON skus FOR EACH ROW WHEN (old.promised_held > 0) EXECUTE FUNCTION refuse_promised();
CREATE TRIGGER skus_updated AFTER UPDATE ON skus REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_skus();
CREATE TRIGGER skus_updated_digest AFTER UPDATE ON skus REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_skus();

CREATE TABLE stock_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  delta integer NOT NULL,
  balance integer,
  actor text NOT NULL,
  reason text NOT NULL,
  reference text,
  CONSTRAINT stock_ledger_pkey PRIMARY KEY (id)
);
CREATE INDEX stock_ledger_level ON public.stock_ledger USING btree (sku_id, location_id, id);
CREATE TRIGGER stock_ledger_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON stock_ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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
  guest_held integer DEFAULT 0 NOT NULL,
  CONSTRAINT stock_levels_held_check CHECK (held >= 0),
  CONSTRAINT stock_levels_held_guests_check CHECK (guest_held >= 0 AND guest_held <= held),
  CONSTRAINT stock_levels_location_id_fkey FOREIGN KEY (location_id) REFERENCES stock_locations(id) ON DELETE CASCADE,
  CONSTRAINT stock_levels_on_hand_check CHECK (on_hand >= 0),
  CONSTRAINT stock_levels_pkey PRIMARY KEY (sku_id, location_id),
  CONSTRAINT stock_levels_safety_stock_check CHECK (safety_stock >= 0),
  CONSTRAINT stock_levels_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES skus(id) ON DELETE CASCADE
);
CREATE INDEX stock_levels_location ON public.stock_levels USING btree (location_id);
CREATE TRIGGER stock_levels_deleted AFTER DELETE ON stock_levels REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_stock();
CREATE TRIGGER stock_levels_held BEFORE DELETE ON stock_levels FOR EACH ROW WHEN (old.held > 0) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER stock_levels_inserted AFTER INSERT ON stock_levels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_stock();
CREATE TRIGGER stock_levels_ledger AFTER INSERT OR DELETE ON stock_levels FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER stock_levels_ledger_updated AFTER UPDATE ON stock_levels FOR EACH ROW WHEN (old.on_hand IS DISTINCT FROM new.on_hand OR old.sku_id <> new.sku_id OR old.location_id <> new.location_id) EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER stock_levels_noted_deleted AFTER DELETE ON stock_levels REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER stock_levels_noted_inserted AFTER INSERT ON stock_levels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER stock_levels_noted_updated AFTER UPDATE ON stock_levels REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER stock_levels_updated AFTER UPDATE ON stock_levels FOR EACH ROW WHEN ((old.sellable > 0) <> (new.sellable > 0) OR new.sellable > 0 AND (old.sku_id <> new.sku_id OR old.location_id <> new.location_id)) EXECUTE FUNCTION mark_updated_stock();

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
CREATE TRIGGER stock_locations_promised BEFORE DELETE ON stock_locations FOR EACH ROW EXECUTE FUNCTION refuse_awaited();

CREATE TABLE watch_deliveries (
  message uuid NOT NULL,
  event integer NOT NULL,
  webhook_id integer NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  delivered_at timestamp with time zone,
  CONSTRAINT watch_deliveries_attempts_check CHECK (attempts >= 0),
  CONSTRAINT watch_deliveries_event_fkey FOREIGN KEY (event) REFERENCES watch_events(id) ON DELETE CASCADE,
  CONSTRAINT watch_deliveries_pkey PRIMARY KEY (message)
);
CREATE INDEX watch_deliveries_event ON public.watch_deliveries USING btree (event);

CREATE TABLE watch_events (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  uuid uuid DEFAULT gen_random_uuid() NOT NULL,
  watch integer NOT NULL,
  product_id integer NOT NULL,
  crossing integer NOT NULL,
  cosine double precision,
  amount bigint NOT NULL,
  matched_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT watch_events_crossing_check CHECK (crossing > 0),
  CONSTRAINT watch_events_pkey PRIMARY KEY (id),
  CONSTRAINT watch_events_uuid_key UNIQUE (uuid),
  CONSTRAINT watch_events_watch_fkey FOREIGN KEY (watch) REFERENCES watches(number) ON DELETE CASCADE,
  CONSTRAINT watch_events_watch_product_id_crossing_key UNIQUE (watch, product_id, crossing)
);
CREATE INDEX watch_events_matched_at ON public.watch_events USING btree (matched_at);
CREATE INDEX watch_events_watch ON public.watch_events USING btree (watch, id);
CREATE TRIGGER watch_events_notify AFTER INSERT ON watch_events FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
CREATE TRIGGER watch_events_told AFTER INSERT ON watch_events FOR EACH ROW EXECUTE FUNCTION tell_webhooks_of_match();

CREATE TABLE watch_matches (
  watch integer NOT NULL,
  product_id integer NOT NULL,
  matching boolean NOT NULL,
  crossing integer NOT NULL,
  CONSTRAINT watch_matches_crossing_check CHECK (crossing >= 0),
  CONSTRAINT watch_matches_pkey PRIMARY KEY (watch, product_id),
  CONSTRAINT watch_matches_watch_fkey FOREIGN KEY (watch) REFERENCES watches(number) ON DELETE CASCADE
);
CREATE INDEX watch_matches_product ON public.watch_matches USING btree (product_id) WHERE matching;

CREATE TABLE watch_position (
  is_only boolean DEFAULT true NOT NULL,
  "position" pg_snapshot NOT NULL,
  at timestamp with time zone NOT NULL,
  log uuid,
  sweep integer,
  CONSTRAINT watch_position_is_only_check CHECK (is_only),
  CONSTRAINT watch_position_pkey PRIMARY KEY (is_only)
);

CREATE TABLE watches (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  owner integer NOT NULL,
  shopper bytea DEFAULT '\x'::bytea NOT NULL,
  line bytea NOT NULL,
  title text NOT NULL,
  channel_id integer NOT NULL,
  currency text NOT NULL,
  condition jsonb NOT NULL,
  product_id integer,
  excluded integer[] DEFAULT '{}'::integer[] NOT NULL,
  encoder_id integer,
  toward bytea,
  away bytea,
  min_cosine double precision,
  scale double precision,
  since pg_snapshot NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT watches_check CHECK (num_nulls(encoder_id, toward, away, min_cosine, scale) =
CASE
    WHEN product_id IS NULL THEN 0
    ELSE 5
END),
  CONSTRAINT watches_encoder_id_fkey FOREIGN KEY (encoder_id) REFERENCES encoders(id),
  CONSTRAINT watches_line_check CHECK (octet_length(line) = 32),
  CONSTRAINT watches_number_key UNIQUE (number),
  CONSTRAINT watches_pkey PRIMARY KEY (id),
  CONSTRAINT watches_shopper_check CHECK (octet_length(shopper) = ANY (ARRAY[0, 32])),
  CONSTRAINT watches_title_check CHECK (char_length(title) <= 200)
);
CREATE INDEX watches_expires_at ON public.watches USING btree (expires_at);
CREATE INDEX watches_line ON public.watches USING btree (line);
CREATE INDEX watches_owner ON public.watches USING btree (owner, shopper, number);
CREATE INDEX watches_xid ON public.watches USING btree (xid);
CREATE TRIGGER watches_notify AFTER INSERT ON watches FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

CREATE TABLE webhook_messages (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  webhook_id integer NOT NULL,
  uuid uuid DEFAULT gen_random_uuid() NOT NULL,
  type text NOT NULL,
  at timestamp with time zone NOT NULL,
  data jsonb NOT NULL,
  failure text,
  skipped boolean DEFAULT false NOT NULL,
  CONSTRAINT webhook_messages_at_check CHECK (isfinite(at)),
  CONSTRAINT webhook_messages_check CHECK (NOT skipped OR failure IS NOT NULL),
  CONSTRAINT webhook_messages_pkey PRIMARY KEY (id)
);
CREATE INDEX webhook_messages_at ON public.webhook_messages USING btree (at);
CREATE INDEX webhook_messages_failed ON public.webhook_messages USING btree (webhook_id, id) WHERE (failure IS NOT NULL);
CREATE INDEX webhook_messages_waiting ON public.webhook_messages USING btree (webhook_id, id) WHERE (failure IS NULL);
CREATE TRIGGER webhook_messages_notify AFTER INSERT ON webhook_messages FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

CREATE TABLE webhooks (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  channel_ids integer[],
  api_key_id integer,
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_until timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  lease uuid,
  leased_until timestamp with time zone,
  served_at timestamp with time zone DEFAULT now() NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  failing_since timestamp with time zone,
  last_error text,
  next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
  disabled_at timestamp with time zone,
  disabled_reason text,
  muted_at timestamp with time zone,
  CONSTRAINT webhooks_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_keys(id),
  CONSTRAINT webhooks_channel_ids_check CHECK (channel_ids <> '{}'::integer[]),
  CONSTRAINT webhooks_check CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
  CONSTRAINT webhooks_check1 CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CONSTRAINT webhooks_check2 CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
  CONSTRAINT webhooks_events_check CHECK (events <@ ARRAY['hold.confirmed'::text, 'hold.released'::text, 'hold.expired'::text, 'design.done'::text, 'design.failed'::text, 'watch.matched'::text] AND events <> '{}'::text[]),
  CONSTRAINT webhooks_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'::text),
  CONSTRAINT webhooks_name_key UNIQUE (name),
  CONSTRAINT webhooks_pkey PRIMARY KEY (id),
  CONSTRAINT webhooks_previous_secret_check CHECK (octet_length(previous_secret) >= 24 AND octet_length(previous_secret) <= 64),
  CONSTRAINT webhooks_secret_check CHECK (octet_length(secret) >= 24 AND octet_length(secret) <= 64),
  CONSTRAINT webhooks_url_check CHECK (url ~ '^https?://'::text)
);

CREATE VIEW available_skus AS
 SELECT id,
    product_id,
    "position",
    code,
    gtin,
    options,
    option_names,
    image_id,
    when_out,
    restock_at,
    url,
        CASE
            WHEN when_out = 'deny'::text THEN 0::bigint
            WHEN promised IS NULL THEN 2147483647::bigint
            WHEN promised_held = 0 THEN promised::bigint
            ELSE GREATEST(promised - promised_held + (( SELECT COALESCE(sum(line.quantity), 0::bigint) AS "coalesce"
               FROM hold_lines line
              WHERE line.sku_id = sku.id AND line.active AND line.promised AND line.expires_at <= statement_timestamp())), 0::bigint)
        END AS promised
   FROM skus sku;

CREATE VIEW available_stock AS
 SELECT sku_id,
    location_id,
    on_hand,
        CASE
            WHEN held = 0 OR on_hand IS NULL THEN sellable
            ELSE GREATEST(on_hand::bigint - safety_stock - held + (( SELECT COALESCE(sum(line.quantity), 0::bigint) AS "coalesce"
               FROM hold_lines line
              WHERE line.sku_id = stock_levels.sku_id AND line.location_id = stock_levels.location_id AND line.active AND NOT line.promised AND line.expires_at <= statement_timestamp())), 0::bigint)::integer
        END AS sellable
   FROM stock_levels;

CREATE VIEW held_drift AS
 SELECT level.sku_id,
    level.location_id,
    level.held,
    COALESCE(line.quantity, 0::bigint) AS in_holds,
    level.guest_held,
    COALESCE(line.of_guests, 0::bigint) AS in_guest_holds
   FROM stock_levels level
     FULL JOIN ( SELECT hold_lines.sku_id,
            hold_lines.location_id,
            sum(hold_lines.quantity) AS quantity,
            sum(hold_lines.quantity) FILTER (WHERE hold_lines.guest) AS of_guests
           FROM hold_lines
          WHERE hold_lines.active AND NOT hold_lines.promised
          GROUP BY hold_lines.sku_id, hold_lines.location_id) line ON line.sku_id = level.sku_id AND line.location_id = level.location_id
  WHERE level.held IS DISTINCT FROM COALESCE(line.quantity, 0::bigint) OR level.guest_held IS DISTINCT FROM COALESCE(line.of_guests, 0::bigint);

CREATE VIEW promised_drift AS
 SELECT sku.id AS sku_id,
    sku.promised_held,
    COALESCE(line.quantity, 0::bigint) AS in_holds,
    sku.promised_guest_held,
    COALESCE(line.of_guests, 0::bigint) AS in_guest_holds
   FROM skus sku
     FULL JOIN ( SELECT hold_lines.sku_id,
            sum(hold_lines.quantity) AS quantity,
            sum(hold_lines.quantity) FILTER (WHERE hold_lines.guest) AS of_guests
           FROM hold_lines
          WHERE hold_lines.active AND hold_lines.promised
          GROUP BY hold_lines.sku_id) line ON line.sku_id = sku.id
  WHERE sku.promised_held IS DISTINCT FROM COALESCE(line.quantity, 0::bigint) OR sku.promised_guest_held IS DISTINCT FROM COALESCE(line.of_guests, 0::bigint);

CREATE VIEW shown_images AS
 SELECT id,
    product_id,
    "position",
    sha256,
    source,
    width,
    height,
    thumbhash,
    dominant_color,
    alt_text,
    shows
   FROM product_images image
  WHERE ((EXISTS ( SELECT
           FROM quarantined_images held
          WHERE held.sha256 = image.sha256 AND held.released_at IS NULL))) IS NOT TRUE;

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
            WHEN NOT stock.counted AND sku.when_out <> 'deny'::text THEN upper(sku.when_out)
            WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'::text
            WHEN stock.sellable > 0 THEN 'LOW_STOCK'::text
            WHEN promise.units > 0 THEN upper(sku.when_out)
            ELSE 'OUT_OF_STOCK'::text
        END AS level,
    sku.url,
    sku.option_names,
    promise.units AS promised
   FROM available_skus sku
     CROSS JOIN channels channel
     JOIN price_lists price_list ON price_list.id = channel.price_list_id
     CROSS JOIN LATERAL ( SELECT array_agg(channel_locations.location_id) AS ids
           FROM channel_locations
          WHERE channel_locations.channel_id = channel.id) served
     CROSS JOIN LATERAL ( SELECT prices.amount,
            prices.compare_at,
            prices.valid
           FROM prices
          WHERE prices.sku_id = sku.id AND prices.price_list_id = channel.price_list_id AND prices.valid @> statement_timestamp()
         LIMIT 1) price
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(stock_level.sellable) FILTER (WHERE stock_level.location_id = ANY (served.ids)), 0::bigint) AS sellable,
            COALESCE(bool_and(stock_level.on_hand IS NOT NULL) FILTER (WHERE stock_level.location_id = ANY (served.ids)), true) AS counted
           FROM available_stock stock_level
          WHERE stock_level.sku_id = sku.id) stock
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN served.ids IS NULL THEN 0::bigint
                    ELSE sku.promised
                END AS units) promise;

CREATE VIEW stock_ledger_drift AS
 SELECT COALESCE(level.sku_id, ledger.sku_id) AS sku_id,
    COALESCE(level.location_id, ledger.location_id) AS location_id,
    level.on_hand,
    ledger.total,
    ledger.balance
   FROM stock_levels level
     FULL JOIN ( SELECT stock_ledger.sku_id,
            stock_ledger.location_id,
            sum(stock_ledger.delta) AS total,
            (array_agg(stock_ledger.balance ORDER BY stock_ledger.id DESC))[1] AS balance
           FROM stock_ledger
          GROUP BY stock_ledger.sku_id, stock_ledger.location_id) ledger ON ledger.sku_id = level.sku_id AND ledger.location_id = level.location_id
  WHERE COALESCE(ledger.total, 0::bigint) <> COALESCE(level.on_hand, 0) OR level.sku_id IS NOT NULL AND ledger.balance IS DISTINCT FROM level.on_hand;

CREATE OR REPLACE FUNCTION public.api_keys_add_channel()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO api_key_channels (api_key_id, channel_id, position) VALUES (NEW.id, NEW.channel_id, 1) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.api_keys_complete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.grants = '{}' THEN
    NEW.grants := grants_of(NEW.scopes);
    NEW.all_channels := NEW.channel_id IS NULL;
  ELSE
    NEW.scopes := scopes_of(NEW.grants);
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.begun_products(language text, words text[], begun text, most integer)
 RETURNS TABLE(id integer, title text, keywords text, rank real)
 LANGUAGE sql
 STABLE
 SET gin_fuzzy_search_limit TO '2000'
 SET enable_seqscan TO 'off'
BEGIN ATOMIC
 WITH typed AS MATERIALIZED (
          SELECT begun_query_in(begun_products.language, begun_products.words, begun_products.begun) AS query
         )
  SELECT product.id,
     product.title,
     "left"(product.keywords, 4000) AS "left",
     ts_rank_cd(ts_filter(product.search, '{a}'::"char"[]), typed.query) AS ts_rank_cd
    FROM (typed
      CROSS JOIN LATERAL ( SELECT products.id,
             products.title,
             products.keywords,
             products.search
            FROM products
           WHERE ((products.search @@ typed.query) AND (NOT ((products.language)::text IS DISTINCT FROM begun_products.language)))
          LIMIT begun_products.most) product);
END;

CREATE OR REPLACE FUNCTION public.begun_products(words text[], begun text, most integer)
 RETURNS TABLE(id integer, title text, keywords text, rank real)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT product.id,
     product.title,
     product.keywords,
     product.rank
    FROM begun_products('en'::text, begun_products.words, begun_products.begun, begun_products.most) product(id, title, keywords, rank);
END;

CREATE OR REPLACE FUNCTION public.begun_query(config regconfig, words text[], begun text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT (string_agg((('('::text || part.query) || ')'::text), ' & '::text))::tsquery AS string_agg FROM (SELECT regexp_replace((phraseto_tsquery(begun_query.config, fold_text(word.word)))::text, '''( <|$)'::text, ''':AB\1'::text, 'g'::text) AS regexp_replace FROM unnest(begun_query.words) word(word) UNION ALL SELECT string_agg(regexp_replace(typed.query, '''$'::text, ''':*AB'::text), ' | '::text) AS string_agg FROM (SELECT (phraseto_tsquery('simple'::regconfig, fold_text(begun_query.begun)))::text AS phraseto_tsquery UNION SELECT (phraseto_tsquery(begun_query.config, fold_text(begun_query.begun)))::text AS phraseto_tsquery) typed(query) WHERE (typed.query <> ''::text)) part(query) WHERE (part.query <> ''::text));

CREATE OR REPLACE FUNCTION public.begun_query_in(language text, words text[], begun text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN begun_query(text_config(language), ARRAY(SELECT word.word FROM unnest(begun_query_in.words) word(word) WHERE (numnode(word_query(begun_query_in.language, word.word)) > 0)), begun);

CREATE OR REPLACE FUNCTION public.begun_texts(language text, words text[], begun text, most integer)
 RETURNS TABLE(id integer, title text, keywords text, rank real)
 LANGUAGE sql
 STABLE
 SET gin_fuzzy_search_limit TO '2000'
 SET enable_seqscan TO 'off'
BEGIN ATOMIC
 WITH typed AS MATERIALIZED (
          SELECT begun_query_in(begun_texts.language, begun_texts.words, begun_texts.begun) AS query
         )
  SELECT text.product_id,
     COALESCE(text.title, ''::text) AS "coalesce",
     "left"(((text.keywords || ' '::text) || text.own_keywords), 4000) AS "left",
     ts_rank_cd(ts_filter(text.search, '{a}'::"char"[]), typed.query) AS ts_rank_cd
    FROM (typed
      CROSS JOIN LATERAL ( SELECT product_texts.product_id,
             product_texts.title,
             product_texts.keywords,
             product_texts.own_keywords,
             product_texts.search
            FROM product_texts
           WHERE ((product_texts.search @@ typed.query) AND (NOT ((product_texts.language)::text IS DISTINCT FROM begun_texts.language)))
          LIMIT begun_texts.most) text);
END;

CREATE OR REPLACE FUNCTION public.client_room(p_share numeric, p_units bigint, p_held bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN GREATEST(((ceil((ceil((p_share * (p_units)::numeric)) / (2)::numeric)))::bigint - p_held), (0)::bigint);

CREATE OR REPLACE FUNCTION public.disable_webhooks_of_key()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  UPDATE webhooks SET disabled_at = now(), disabled_reason = 'Its API key was revoked.'
  WHERE api_key_id = NEW.id AND disabled_at IS NULL;
  DELETE FROM webhook_messages USING webhooks WHERE webhook_id = webhooks.id AND api_key_id = NEW.id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.fold_text(text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(translate(CASE WHEN (octet_length(text) = length(text)) THEN lower(text) ELSE regexp_replace(replace(replace(replace(replace(translate(NORMALIZE(regexp_replace(lower(NORMALIZE(text, NFKD)), '[\u0300-\u036f]+'::text, ''::text, 'g'::text), NFC), 'ıłøđðς'::text, 'iloddσ'::text), 'ß'::text, 'ss'::text), 'æ'::text, 'ae'::text), 'œ'::text, 'oe'::text), 'þ'::text, 'th'::text), '([\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*|[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])'::text, ',\1,'::text, 'g'::text) END, '/'::text, ' '::text), '([[:alnum:]])-(?=[0-9])'::text, '\1 '::text, 'g'::text);

CREATE OR REPLACE FUNCTION public.forget_digests()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(SELECT product_id FROM changed));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.forget_digests_of_attributes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT product_id FROM (TABLE before EXCEPT TABLE after) gone
    UNION SELECT product_id FROM (TABLE after EXCEPT TABLE before) new));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.forget_digests_of_embeddings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT image.product_id FROM changed JOIN product_images image ON image.sha256 = changed.sha256));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.forget_digests_of_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
    WHERE (before.product_id, before.position, before.sha256, before.source, before.width, before.height,
        before.thumbhash, before.dominant_color, before.alt_text, before.shows)
      IS DISTINCT FROM (after.product_id, after.position, after.sha256, after.source, after.width, after.height,
        after.thumbhash, after.dominant_color, after.alt_text, after.shows)));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.forget_digests_of_products()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- `updated_at` also changes with prices, which are no part of a digest. The longest is compared last.
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT after.id FROM after JOIN before USING (id)
    WHERE (before.handle, before.title, before.language, before.brand_id, before.category_id, before.url, before.is_demo,
        before.keywords, before.description)
      IS DISTINCT FROM (after.handle, after.title, after.language, after.brand_id, after.category_id, after.url,
        after.is_demo, after.keywords, after.description)));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.forget_digests_of_skus()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
    WHERE (before.product_id, before.code, before.gtin, before.position, before.options, before.option_names,
        before.image_id, before.when_out, before.restock_at, before.url)
      IS DISTINCT FROM (after.product_id, after.code, after.gtin, after.position, after.options, after.option_names,
        after.image_id, after.when_out, after.restock_at, after.url)));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.grants_of(p_scopes text[])
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
RETURN ((ARRAY['catalog:read'::text, 'boards'::text] || p_scopes) || CASE WHEN ('catalog:write'::text = ANY (p_scopes)) THEN ARRAY['stock:write'::text, 'prices:write'::text] ELSE '{}'::text[] END);

CREATE OR REPLACE FUNCTION public.guest_room(p_share numeric, p_units bigint, p_held bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
RETURN GREATEST(((ceil((p_share * (p_units)::numeric)))::bigint - p_held), (0)::bigint);

CREATE OR REPLACE FUNCTION public.hold_create(p_channel integer, p_caller integer, p_shopper bytea, p_skus integer[], p_quantities integer[], p_backorder boolean[], p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer, p_key text, p_key_shopper bytea, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer, p_guest_units integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  replay jsonb;
  answer jsonb;
  -- The active holds of the client, and their units.
  own uuid[];
  own_units bigint;
  -- Where promised units are to be sent from.
  destination integer;
  -- A variable, because an index cannot be used to find rows before clock_timestamp().
  moment timestamptz;
  expired uuid[];
  missing jsonb;
  short jsonb;
  limited jsonb;
  lines integer[];
  locations integer[];
  taken integer[];
  promises boolean[];
  promised_lines integer;
  new_id uuid := gen_random_uuid();
  list_id integer;
  list_currency text;
  amounts bigint[];
  compare_ats bigint[];
  -- Counted from when the stock is held, so that waiting does not shorten a hold.
  until timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdCreate', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  IF p_client IS NOT NULL THEN
    -- One call of a client at a time, because two at once would both find room for the same units. Advisory locks with
    -- two numbers never conflict with those with one, which idempotency keys use.
    PERFORM pg_advisory_xact_lock(hashtext('guest'), hashtext(encode(p_client, 'hex')));
    own := ARRAY(SELECT id FROM holds WHERE client = p_client AND expires_at > clock_timestamp());
    IF cardinality(own) >= p_guest_holds THEN RETURN '{"tooManyHolds": true}'; END IF;
    -- One hold at a time: a plan that was made when there were few lines would otherwise read all of them, for as long
    -- as it is cached. OFFSET 0 keeps the planner from joining instead.
    own_units := (
      SELECT coalesce(sum(line.quantity), 0) FROM unnest(own) AS hold (id)
      CROSS JOIN LATERAL (SELECT quantity FROM hold_lines WHERE hold_id = hold.id AND active OFFSET 0) line);
    IF own_units + (SELECT sum(quantity) FROM unnest(p_quantities) AS quantity) > p_guest_units THEN
      RETURN jsonb_build_object('tooManyUnits', own_units);
    END IF;
  END IF;

  SELECT price_list.id, price_list.currency INTO list_id, list_currency
  FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id WHERE channel.id = p_channel;
  SELECT array_agg(price.amount ORDER BY wanted.n), array_agg(price.compare_at ORDER BY wanted.n),
    jsonb_agg(wanted.n - 1 ORDER BY wanted.n) FILTER (WHERE price.amount IS NULL)
  INTO amounts, compare_ats, missing
  FROM unnest(p_skus) WITH ORDINALITY AS wanted (sku_id, n)
  LEFT JOIN LATERAL (
    SELECT amount, compare_at FROM prices
    WHERE price_list_id = list_id AND sku_id = wanted.sku_id AND valid @> clock_timestamp()
    LIMIT 1
  ) price ON true;
  IF missing IS NOT NULL THEN RETURN jsonb_build_object('missing', missing); END IF;

  -- An SKU is updated twice if it holds promised units that expired holds give back. On the second update, Postgres
  -- checks its foreign keys again, which would lock the product after the SKU. Whether an SKU promises anything is known
  -- only once it is locked.
  IF true = ANY(p_backorder) THEN
    PERFORM FROM products WHERE id IN (SELECT product_id FROM skus WHERE id = ANY(p_skus))
    ORDER BY handle FOR KEY SHARE;
    -- Nothing else keeps the location from being deleted meanwhile, and before stock levels, as deleting it does.
    SELECT served.location_id INTO destination
    FROM channel_locations served JOIN stock_locations location ON location.id = served.location_id
    WHERE served.channel_id = p_channel AND (p_location IS NULL OR served.location_id = p_location)
    ORDER BY sin(radians(p_latitude)) * sin(radians(location.latitude)) + cos(radians(p_latitude)) * cos(radians(location.latitude))
      * cos(radians(location.longitude - p_longitude)) DESC NULLS LAST, served.location_id
    LIMIT 1 FOR KEY SHARE OF location;
  END IF;

  -- Expired holds that are not swept yet are for sale already, as readers see it.
  moment := clock_timestamp();
  IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
    expired := ARRAY(
      SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= moment AND id IN (
        SELECT line.hold_id FROM hold_lines line
        WHERE line.sku_id = ANY(p_skus) AND line.active AND line.expires_at <= moment)
      ORDER BY id FOR UPDATE);
    PERFORM holds_end(expired, 'EXPIRED', p_skus, true = ANY(p_backorder));
  ELSIF true = ANY(p_backorder) THEN
    PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR NO KEY UPDATE;
  END IF;

  PERFORM FROM stock_levels
  WHERE sku_id = ANY(p_skus)
    AND location_id IN (SELECT location_id FROM channel_locations WHERE channel_id = p_channel)
    -- The guests' share is computed over all locations.
    AND (p_location IS NULL OR p_client IS NOT NULL OR location_id = p_location)
  ORDER BY sku_id, location_id FOR NO KEY UPDATE;

  WITH asked AS (
    SELECT sku_id, quantity, backorder, n::integer
    FROM unnest(p_skus, p_quantities, p_backorder) WITH ORDINALITY AS line (sku_id, quantity, backorder, n)
  ), mine AS MATERIALIZED (
    -- By hold, because a popular SKU has too many lines to read while it is locked.
    SELECT line.sku_id, line.location_id, sum(line.quantity)::integer AS quantity FROM unnest(own) AS hold (id)
    CROSS JOIN LATERAL (
      SELECT sku_id, location_id, quantity FROM hold_lines WHERE hold_id = hold.id AND active AND NOT promised OFFSET 0) line
    GROUP BY line.sku_id, line.location_id
  ), level AS MATERIALIZED (
    -- By SKU first, even if Postgres has no statistics: by location, it would read every level of the channel.
    SELECT sku_id, location_id,
      -- Uncounted stock has as many units as `held` can count.
      CASE WHEN on_hand IS NULL THEN 2147483647 - held ELSE sellable END AS sellable,
      CASE WHEN p_client IS NULL OR on_hand IS NULL THEN 2147483647 ELSE guest_room(p_guest_share,
        on_hand - safety_stock - held + guest_held, guest_held) END AS guest_room,
      CASE WHEN p_client IS NULL OR on_hand IS NULL THEN 2147483647 ELSE client_room(p_guest_share,
        on_hand - safety_stock - held + guest_held, coalesce(mine.quantity, 0)) END AS client_room
    FROM stock_levels LEFT JOIN mine USING (sku_id, location_id)
    WHERE sku_id = ANY(p_skus) AND sellable > 0 AND (p_location IS NULL OR location_id = p_location)
  ), wanted AS (
    -- How many units are to come from stock: of a line that may be promised, all that there are, if it needs them.
    SELECT asked.sku_id, asked.n, asked.quantity AS asked,
      (CASE WHEN asked.backorder THEN least(asked.quantity, stock.sellable) ELSE asked.quantity END)::integer AS quantity
    FROM asked CROSS JOIN LATERAL (
      SELECT coalesce(sum(level.sellable), 0) AS sellable FROM level
      JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
      WHERE level.sku_id = asked.sku_id
    ) stock
  ), free AS (
    SELECT wanted.n, wanted.quantity, level.location_id, level.sellable,
      -- What the caller may hold, and what it might if all guests were one client.
      least(level.sellable, level.guest_room, level.client_room) AS room,
      least(level.sellable, level.guest_room) AS guest_room,
      -- On a sphere, the nearest place has the largest cosine of the angle.
      sin(radians(p_latitude)) * sin(radians(location.latitude)) + cos(radians(p_latitude)) * cos(radians(location.latitude))
        * cos(radians(location.longitude - p_longitude)) AS nearness
    FROM wanted
    JOIN level USING (sku_id)
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    JOIN stock_locations location ON location.id = level.location_id
  ), ranked AS (
    SELECT n, quantity, location_id, room, coalesce(sum(room) OVER (
        PARTITION BY n
        ORDER BY room >= quantity DESC, CASE WHEN room >= quantity THEN nearness END DESC NULLS LAST,
          room DESC, nearness DESC NULLS LAST, location_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM free WHERE room > 0
  ), allocated AS (
    SELECT n, location_id, least(room, quantity - before)::integer AS take FROM ranked WHERE before < quantity
  ), guest AS (
    -- Over all locations, each limit applies once. If a location is not counted, there is none.
    SELECT level.sku_id, CASE WHEN bool_and(on_hand IS NOT NULL) THEN guest_room(p_guest_share,
      sum(greatest(on_hand - safety_stock - held + guest_held, 0)), sum(guest_held)) END AS room,
      CASE WHEN bool_and(on_hand IS NOT NULL) THEN client_room(p_guest_share,
      sum(greatest(on_hand - safety_stock - held + guest_held, 0)), coalesce(sum(mine.quantity), 0)) END AS client_room
    FROM stock_levels level
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    LEFT JOIN mine ON mine.sku_id = level.sku_id AND mine.location_id = level.location_id
    WHERE p_client IS NOT NULL AND level.sku_id = ANY(p_skus) GROUP BY level.sku_id
  ), promise AS (
    -- Of promised units, guests have the same share as of stock; if the units are not counted, there is no limit.
    SELECT wanted.n, wanted.asked - wanted.quantity AS quantity, units.free,
      CASE WHEN p_client IS NULL OR sku.promised IS NULL THEN units.free
        ELSE least(units.free, guest_room(p_guest_share, units.free + sku.promised_guest_held, sku.promised_guest_held)) END
        AS guest_room,
      CASE WHEN p_client IS NULL OR sku.promised IS NULL THEN units.free
        ELSE client_room(p_guest_share, units.free + sku.promised_guest_held, (
          SELECT coalesce(sum(line.quantity), 0) FROM unnest(own) AS hold (id)
          CROSS JOIN LATERAL (
            SELECT sku_id, quantity FROM hold_lines WHERE hold_id = hold.id AND active AND promised OFFSET 0) line
          WHERE line.sku_id = sku.id)) END AS client_room
    FROM wanted
    JOIN skus sku ON sku.id = wanted.sku_id
    CROSS JOIN LATERAL (
      SELECT CASE WHEN sku.when_out = 'deny' OR destination IS NULL THEN 0
        ELSE greatest(coalesce(sku.promised, 2147483647) - sku.promised_held, 0) END::bigint AS free) units
    WHERE wanted.asked > wanted.quantity
  ), total AS (
    SELECT wanted.n, wanted.asked AS quantity, coalesce(found.sellable, 0) + coalesce(promise.free, 0) AS sellable,
      least(coalesce(found.room, 0), guest.room, guest.client_room)
        + least(coalesce(promise.quantity, 0), promise.guest_room, promise.client_room) AS room,
      least(coalesce(found.guest_room, 0), guest.room) + least(coalesce(promise.quantity, 0), promise.guest_room) AS guest_room
    FROM wanted
    LEFT JOIN promise ON promise.n = wanted.n
    LEFT JOIN (SELECT n, sum(sellable) AS sellable, sum(room) AS room, sum(guest_room) AS guest_room
      FROM free GROUP BY n) found ON found.n = wanted.n
    LEFT JOIN guest ON guest.sku_id = wanted.sku_id
  ), line AS (
    SELECT n, location_id, take, false AS promised FROM allocated
    UNION ALL SELECT n, destination, quantity::integer, true FROM promise
  )
  SELECT array_agg(n ORDER BY n, promised, take DESC, location_id),
    array_agg(location_id ORDER BY n, promised, take DESC, location_id),
    array_agg(take ORDER BY n, promised, take DESC, location_id),
    array_agg(promised ORDER BY n, promised, take DESC, location_id), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'sellable', sellable) ORDER BY n)
      FROM total WHERE sellable < quantity), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'room', room, 'own', room < guest_room) ORDER BY n)
      FROM total WHERE sellable >= quantity AND room < quantity)
  INTO lines, locations, taken, promises, short, limited
  FROM line;
  IF short IS NOT NULL OR limited IS NOT NULL THEN
    -- A hold expired while this call waited. In the lock order, its row comes before the levels, which are locked
    -- already.
    moment := clock_timestamp();
    IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
      RAISE EXCEPTION 'a hold has expired meanwhile' USING ERRCODE = '40001';
    END IF;
    RETURN jsonb_build_object('short', coalesce(short, '[]'), 'limited', coalesce(limited, '[]'));
  END IF;

  until := clock_timestamp() + make_interval(secs => p_seconds);
  INSERT INTO holds (id, channel_id, caller, made_by, shopper, client, currency, expires_at)
  VALUES (new_id, p_channel, CASE WHEN p_client IS NULL THEN p_caller ELSE 0 END, p_caller, p_shopper, p_client,
    list_currency, until);
  INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at, guest,
    promised, promised_for)
  SELECT new_id, line.position - 1, p_skus[line.n], line.location_id, line.quantity, amounts[line.n], compare_ats[line.n],
    until, p_client IS NOT NULL, line.promised,
    CASE WHEN line.promised THEN (SELECT restock_at FROM skus WHERE id = p_skus[line.n]) END
  FROM unnest(lines, locations, taken, promises) WITH ORDINALITY AS line (n, location_id, quantity, promised, position);
  UPDATE stock_levels level SET held = level.held + line.quantity,
    guest_held = level.guest_held + CASE WHEN p_client IS NULL THEN 0 ELSE line.quantity END
  FROM unnest(lines, locations, taken, promises) AS line (n, location_id, quantity, promised)
  WHERE level.sku_id = p_skus[line.n] AND level.location_id = line.location_id AND NOT line.promised;
  IF true = ANY(promises) THEN
    UPDATE skus sku SET promised_held = sku.promised_held + line.quantity,
      promised_guest_held = sku.promised_guest_held + CASE WHEN p_client IS NULL THEN 0 ELSE line.quantity END
    FROM unnest(lines, taken, promises) AS line (n, quantity, promised)
    WHERE sku.id = p_skus[line.n] AND line.promised AND sku.when_out <> 'deny'
      AND (sku.promised IS NULL OR sku.promised_held + line.quantity <= sku.promised);
    GET DIAGNOSTICS promised_lines = ROW_COUNT;
    IF promised_lines <> cardinality(array_positions(promises, true)) THEN
      RAISE EXCEPTION 'an SKU no longer promises what was to be held' USING ERRCODE = '40001';
    END IF;
  END IF;

  answer := hold_json(new_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdCreate', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_create(p_channel integer, p_caller integer, p_shopper bytea, p_skus integer[], p_quantities integer[], p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer, p_key text, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN hold_create(p_channel, p_caller, p_shopper, p_skus, p_quantities, p_location, p_latitude, p_longitude, p_seconds,
    p_key, p_shopper, p_fingerprint, p_client, p_guest_share, p_guest_holds, NULL);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_create(p_channel integer, p_caller integer, p_shopper bytea, p_skus integer[], p_quantities integer[], p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer, p_key text, p_key_shopper bytea, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer, p_guest_units integer)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN hold_create(p_channel, p_caller, p_shopper, p_skus, p_quantities, array_fill(false, ARRAY[cardinality(p_skus)]),
    p_location, p_latitude, p_longitude, p_seconds, p_key, p_key_shopper, p_fingerprint, p_client, p_guest_share,
    p_guest_holds, p_guest_units);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_create(p_channel integer, p_caller integer, p_skus integer[], p_quantities integer[], p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer, p_key text, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN hold_create(p_channel, p_caller, ''::bytea, p_skus, p_quantities, p_location, p_latitude, p_longitude, p_seconds,
    p_key, p_fingerprint, p_client, p_guest_share, p_guest_holds);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_extend(p_id uuid, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_seconds integer, p_longest integer, p_key text, p_key_shopper bytea, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  replay jsonb;
  hold holds;
  answer jsonb;
  until timestamptz;
  latest timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  -- Once it has expired, its stock may have been sold already.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  until := greatest(hold.expires_at, clock_timestamp() + make_interval(secs => p_seconds));
  latest := greatest(hold.expires_at, hold.created_at + make_interval(secs => p_longest));
  IF until > latest THEN RETURN jsonb_build_object('latest', latest, 'unchanged', hold_json(p_id)); END IF;
  UPDATE hold_lines SET expires_at = until WHERE hold_id = p_id;
  UPDATE holds SET expires_at = until WHERE id = p_id;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_extend(p_id uuid, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_seconds integer, p_or_fewer boolean, p_longest integer, p_key text, p_key_shopper bytea, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  replay jsonb;
  hold holds;
  answer jsonb;
  moment timestamptz;
  until timestamptz;
  latest timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  moment := clock_timestamp();
  -- Once it has expired, its stock may have been sold already.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= moment THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  until := greatest(hold.expires_at, moment + make_interval(secs => p_seconds));
  latest := greatest(hold.expires_at, hold.created_at + make_interval(secs => p_longest));
  IF until > latest AND p_or_fewer AND latest > hold.expires_at THEN until := latest; END IF;
  IF until > latest THEN
    RETURN jsonb_build_object('latest', latest, 'seconds', floor(extract(epoch FROM latest - moment)),
      'unchanged', hold_json(p_id));
  END IF;
  UPDATE hold_lines SET expires_at = until WHERE hold_id = p_id;
  UPDATE holds SET expires_at = until WHERE id = p_id;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_finish(p_id uuid, p_status text, p_channel integer, p_caller integer, p_actor text, p_key text, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN hold_finish(p_id, p_status, p_channel, p_caller, ''::bytea, p_status = 'CONFIRMED', p_actor, p_key, p_fingerprint);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_finish(p_id uuid, p_status text, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_actor text, p_key text, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN hold_finish(p_id, p_status, p_channel, p_caller, p_shopper, p_confirms, p_actor, p_key, p_shopper, p_fingerprint);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_finish(p_id uuid, p_status text, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_actor text, p_key text, p_key_shopper bytea, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  replay jsonb;
  hold holds;
  short jsonb;
  moment timestamptz;
  expired uuid[];
  -- Promised lines whose units are taken from stock, from where, and how many: a part for each location.
  arrived integer[];
  origins integer[];
  taken integer[];
  -- Of its line, the first is 1.
  parts integer[];
  answer jsonb;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'hold ' || p_status, p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  -- Checked once, while the lock is held: from here on, it is one or the other.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  IF p_status = 'CONFIRMED' THEN
    -- What has arrived is also in stock if holds that have expired, and are not swept yet, still have it. A hold that
    -- others have locked may be about to be confirmed in time.
    moment := clock_timestamp();
    expired := ARRAY(
      SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= moment AND id IN (
        SELECT other.hold_id FROM hold_lines own JOIN hold_lines other ON other.sku_id = own.sku_id
        WHERE own.hold_id = p_id AND own.promised AND other.hold_id <> p_id AND other.active AND other.expires_at <= moment)
      ORDER BY id FOR UPDATE SKIP LOCKED);
    PERFORM FROM skus WHERE id IN (SELECT sku_id FROM hold_lines WHERE hold_id = p_id AND promised)
    ORDER BY code FOR NO KEY UPDATE;
    -- One statement locks and decides: a later one may see a level that is new, and not locked.
    WITH level AS MATERIALIZED (
      SELECT level.sku_id, level.location_id, level.on_hand,
        CASE WHEN level.on_hand IS NULL THEN level.sellable ELSE greatest(level.on_hand::bigint - level.safety_stock - level.held + (
          SELECT coalesce(sum(line.quantity), 0) FROM unnest(expired) AS ended (id)
          JOIN hold_lines line ON line.hold_id = ended.id
          WHERE NOT line.promised AND line.sku_id = level.sku_id AND line.location_id = level.location_id), 0) END AS sellable
      FROM (
        SELECT sku_id, location_id FROM hold_lines WHERE hold_id = p_id
        UNION
        SELECT line.sku_id, served.location_id FROM hold_lines line
        JOIN channel_locations served ON served.channel_id = p_channel
        WHERE line.hold_id = p_id AND line.promised
      ) wanted JOIN stock_levels level USING (sku_id, location_id)
      ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level
    ), stock AS (
      SELECT level.sku_id, level.location_id, level.sellable FROM level
      JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    ), line AS (
      SELECT line.position, line.sku_id, line.location_id, line.quantity,
        line.promised AND promise.units < line.quantity AS has_arrived,
        CASE WHEN line.promised THEN greatest(promise.units, stock.sellable) ELSE level.on_hand END AS units
      FROM hold_lines line
      JOIN skus sku ON sku.id = line.sku_id
      LEFT JOIN level ON level.sku_id = line.sku_id AND level.location_id = line.location_id
      CROSS JOIN LATERAL (
        SELECT CASE WHEN sku.when_out = 'deny' THEN 0 ELSE coalesce(sku.promised, 2147483647) END AS units) promise
      -- What the shop no longer promises may be in stock by now: the same goods must not be sold twice.
      CROSS JOIN LATERAL (SELECT coalesce(sum(sellable), 0) AS sellable FROM stock WHERE stock.sku_id = line.sku_id) stock
      WHERE line.hold_id = p_id
    ), ranked AS (
      SELECT line.position, line.quantity, stock.location_id, stock.sellable, row_number() OVER ranks AS part,
        sum(stock.sellable) OVER ranks - stock.sellable AS before
      FROM line JOIN stock ON stock.sku_id = line.sku_id AND stock.sellable > 0
      WHERE line.has_arrived
      WINDOW ranks AS (
        PARTITION BY line.position
        ORDER BY stock.sellable >= line.quantity DESC, stock.location_id = line.location_id DESC, stock.sellable DESC,
          stock.location_id)
    )
    SELECT
      (SELECT jsonb_agg(jsonb_build_object('line', position, 'sellable', units) ORDER BY position)
        FROM line WHERE units < quantity),
      coalesce(array_agg(position ORDER BY position, part), '{}'),
      coalesce(array_agg(location_id ORDER BY position, part), '{}'),
      coalesce(array_agg(least(sellable, quantity - before)::integer ORDER BY position, part), '{}'),
      coalesce(array_agg(part::integer ORDER BY position, part), '{}')
    INTO short, arrived, origins, taken, parts
    FROM ranked WHERE before < quantity;
    IF short IS NOT NULL THEN RETURN jsonb_build_object('short', short); END IF;

    PERFORM set_config('vitrine.actor', p_actor, true), set_config('vitrine.reason', 'sale', true),
      set_config('vitrine.reference', 'hold ' || p_id, true);
    UPDATE skus sku SET promised_held = sku.promised_held - line.quantity,
      promised_guest_held = sku.promised_guest_held - CASE WHEN line.guest THEN line.quantity ELSE 0 END,
      promised = sku.promised - CASE WHEN line.position = ANY(arrived) THEN 0 ELSE line.quantity END
    FROM hold_lines line
    WHERE line.hold_id = p_id AND line.promised AND sku.id = line.sku_id;
    UPDATE stock_levels level SET on_hand = level.on_hand - line.quantity, held = level.held - line.held,
      guest_held = level.guest_held - line.guest_held
    FROM (
      SELECT line.sku_id, coalesce(arrival.origin, line.location_id) AS location_id,
        sum(coalesce(arrival.quantity, line.quantity))::integer AS quantity,
        coalesce(sum(line.quantity) FILTER (WHERE NOT line.promised), 0)::integer AS held,
        coalesce(sum(line.quantity) FILTER (WHERE NOT line.promised AND line.guest), 0)::integer AS guest_held
      FROM hold_lines line
      LEFT JOIN unnest(arrived, origins, taken) AS arrival (position, origin, quantity) USING (position)
      WHERE line.hold_id = p_id AND (NOT line.promised OR arrival.origin IS NOT NULL)
      GROUP BY line.sku_id, coalesce(arrival.origin, line.location_id)
    ) line
    WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;
    INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at, active, guest)
    SELECT p_id, (SELECT max(position) FROM hold_lines WHERE hold_id = p_id) + arrival.n, line.sku_id, arrival.origin,
      arrival.quantity, line.unit_amount, line.compare_at, line.expires_at, false, line.guest
    FROM unnest(arrived, origins, taken, parts) WITH ORDINALITY AS arrival (position, origin, quantity, part, n)
    JOIN hold_lines line ON line.hold_id = p_id AND line.position = arrival.position
    WHERE arrival.part > 1;
    UPDATE hold_lines line SET active = false, promised = line.promised AND arrival.origin IS NULL,
      promised_for = CASE WHEN arrival.origin IS NULL THEN line.promised_for END,
      location_id = coalesce(arrival.origin, line.location_id), quantity = coalesce(arrival.quantity, line.quantity)
    FROM hold_lines own
    LEFT JOIN unnest(arrived, origins, taken, parts) AS arrival (position, origin, quantity, part)
      ON arrival.position = own.position AND arrival.part = 1
    WHERE line.hold_id = p_id AND own.hold_id = p_id AND own.position = line.position;
    -- A sale of uncounted or promised units does not change a quantity on hand, but it is recorded anyway.
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    SELECT line.sku_id, line.location_id, 0, CASE WHEN level.sku_id IS NULL THEN 0 ELSE level.on_hand END, p_actor,
      CASE WHEN line.promised THEN 'promised sale' ELSE 'sale' END, 'hold ' || p_id
    FROM hold_lines line
    LEFT JOIN stock_levels level ON level.sku_id = line.sku_id AND level.location_id = line.location_id
    WHERE line.hold_id = p_id AND (line.promised OR level.on_hand IS NULL);
    UPDATE holds SET status = 'CONFIRMED', ended_at = clock_timestamp(), client = NULL WHERE id = p_id;
  ELSE
    PERFORM holds_end(ARRAY[p_id], p_status);
  END IF;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'hold ' || p_status, p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $function$;

CREATE OR REPLACE FUNCTION public.hold_is_open(caller integer, made_by integer, shopper bytea, p_caller integer, p_shopper bytea, p_confirms boolean)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (((made_by = p_caller) AND (shopper = p_shopper)) OR ((made_by = 0) AND (shopper = '\x'::bytea)) OR (p_confirms AND (caller = ANY (ARRAY[0, p_caller])) AND ((p_shopper = '\x'::bytea) OR (shopper = p_shopper))));

CREATE OR REPLACE FUNCTION public.hold_json(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT jsonb_build_object('id', hold.id, 'status', CASE WHEN ((hold.status = 'ACTIVE'::text) AND (hold.expires_at <= clock_timestamp())) THEN 'EXPIRED'::text ELSE hold.status END, 'expiresAt', hold.expires_at, 'currency', hold.currency, 'lines', (SELECT COALESCE(jsonb_agg(jsonb_build_object('sku', line.sku_id, 'quantity', line.quantity, 'amount', line.unit_amount, 'compareAt', line.compare_at, 'promised', line.promised, 'expectedAt', line.promised_for, 'location', jsonb_build_object('key', location.id, 'handle', location.handle, 'name', location.name, 'countryCode', location.country_code)) ORDER BY line."position"), '[]'::jsonb) AS "coalesce" FROM (hold_lines line JOIN stock_locations location ON ((location.id = line.location_id))) WHERE (line.hold_id = hold.id))) AS jsonb_build_object FROM holds hold WHERE (hold.id = hold_json.p_id));

CREATE OR REPLACE FUNCTION public.hold_replace(p_id uuid, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_skus integer[], p_quantities integer[], p_backorder boolean[], p_location integer, p_latitude double precision, p_longitude double precision, p_key text, p_key_shopper bytea, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer, p_guest_units integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  replay jsonb;
  hold holds;
  moment timestamptz := clock_timestamp();
  expired uuid[];
  outcome jsonb;
  new_id uuid;
  answer jsonb;
  -- Whose limits count: a hold stays that of the guest who created it, so another one cannot hold more in its name.
  guest bytea := p_client;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdReplace', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  -- All that hold_create locks before stock, so that the hold's own row does not come out of order.
  IF p_client IS NOT NULL THEN
    guest := coalesce((SELECT client FROM holds WHERE id = p_id), p_client);
    PERFORM pg_advisory_xact_lock(hashtext('guest'), hashtext(encode(guest, 'hex')));
  END IF;
  IF true = ANY(p_backorder) THEN
    PERFORM FROM products WHERE id IN (SELECT product_id FROM skus WHERE id = ANY(p_skus))
    ORDER BY handle FOR KEY SHARE;
  END IF;
  expired := ARRAY(
    SELECT id FROM holds
    WHERE id = p_id OR status = 'ACTIVE' AND expires_at <= moment AND id IN (
      SELECT line.hold_id FROM hold_lines line
      WHERE line.sku_id = ANY(p_skus) AND line.active AND line.expires_at <= moment)
    ORDER BY id FOR UPDATE);
  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms);
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  BEGIN
    -- With what expired holds have, so that all stock is locked in one order.
    PERFORM holds_give_back(expired, p_skus, true = ANY(p_backorder));
    UPDATE holds SET status = 'EXPIRED', ended_at = clock_timestamp(), client = NULL
    WHERE id = ANY(expired) AND id <> p_id;
    outcome := hold_create(p_channel, p_caller, p_shopper, p_skus, p_quantities, p_backorder, p_location, p_latitude,
      p_longitude, 1, NULL, NULL, NULL, guest, p_guest_share,
      -- The hold itself is one of them.
      p_guest_holds + 1, p_guest_units);
    IF NOT outcome ? 'hold' OR hold.expires_at <= clock_timestamp() THEN
      RAISE EXCEPTION 'nothing was held' USING ERRCODE = 'VT002';
    END IF;
  EXCEPTION WHEN SQLSTATE 'VT002' THEN
    -- Nobody has seen its stock free: giving it back is rolled back, too.
    IF hold.expires_at > clock_timestamp() THEN RETURN outcome; END IF;
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END;
  new_id := (outcome -> 'hold' ->> 'id')::uuid;
  DELETE FROM hold_lines WHERE hold_id = p_id;
  UPDATE hold_lines SET hold_id = p_id, expires_at = hold.expires_at WHERE hold_id = new_id;
  UPDATE holds SET currency = (SELECT currency FROM holds WHERE id = new_id) WHERE id = p_id;
  DELETE FROM holds WHERE id = new_id;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdReplace', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $function$;

CREATE OR REPLACE FUNCTION public.holds_end(p_ids uuid[], p_status text, p_skus integer[] DEFAULT '{}'::integer[], p_promises boolean DEFAULT false)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM holds_give_back(p_ids, p_skus, p_promises);
  UPDATE holds SET status = p_status, ended_at = clock_timestamp(), client = NULL WHERE id = ANY(p_ids);
END $function$;

CREATE OR REPLACE FUNCTION public.holds_give_back(p_ids uuid[], p_skus integer[], p_promises boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  promising integer[] := ARRAY(SELECT sku_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active AND promised);
BEGIN
  IF p_promises OR promising <> '{}' THEN
    PERFORM FROM skus WHERE id = ANY(p_skus || promising) ORDER BY code FOR NO KEY UPDATE;
  ELSE
    PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR KEY SHARE;
  END IF;

  PERFORM FROM (
    SELECT sku_id, location_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active AND NOT promised
    UNION
    SELECT sku_id, location_id FROM stock_levels WHERE sku_id = ANY(p_skus)
  ) wanted JOIN stock_levels level USING (sku_id, location_id)
  ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level;

  UPDATE stock_levels level SET held = level.held - line.quantity, guest_held = level.guest_held - line.of_guests
  FROM (
    SELECT sku_id, location_id, sum(quantity)::integer AS quantity,
      coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
    FROM hold_lines
    WHERE hold_id = ANY(p_ids) AND active AND NOT promised GROUP BY sku_id, location_id
  ) line
  WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;
  IF promising <> '{}' THEN
    UPDATE skus sku SET promised_held = sku.promised_held - line.quantity,
      promised_guest_held = sku.promised_guest_held - line.of_guests
    FROM (
      SELECT sku_id, sum(quantity)::integer AS quantity,
        coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
      FROM hold_lines
      WHERE hold_id = ANY(p_ids) AND active AND promised GROUP BY sku_id
    ) line
    WHERE sku.id = line.sku_id;
  END IF;

  UPDATE hold_lines SET active = false WHERE hold_id = ANY(p_ids) AND active;
END $function$;

CREATE OR REPLACE FUNCTION public.holds_sweep(p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
DECLARE
  due uuid[] := ARRAY(
    SELECT id FROM holds WHERE status = 'ACTIVE' AND expires_at <= statement_timestamp()
    ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
BEGIN
  IF cardinality(due) > 0 THEN
    PERFORM holds_end(due, 'EXPIRED');
  END IF;
  RETURN cardinality(due);
END $function$;

CREATE OR REPLACE FUNCTION public.idempotency_keep(p_caller integer, p_key text, p_operation text, p_fingerprint bytea, p_answer jsonb)
 RETURNS void
 LANGUAGE sql
BEGIN ATOMIC
 INSERT INTO idempotency_keys (caller, key, operation, fingerprint, answer)
   VALUES (idempotency_keep.p_caller, idempotency_keep.p_key, idempotency_keep.p_operation, idempotency_keep.p_fingerprint, idempotency_keep.p_answer);
END;

CREATE OR REPLACE FUNCTION public.idempotency_keep(p_caller integer, p_shopper bytea, p_key text, p_operation text, p_fingerprint bytea, p_answer jsonb)
 RETURNS void
 LANGUAGE sql
BEGIN ATOMIC
 INSERT INTO idempotency_keys (caller, shopper, key, operation, fingerprint, answer)
   VALUES (idempotency_keep.p_caller, idempotency_keep.p_shopper, idempotency_keep.p_key, idempotency_keep.p_operation, idempotency_keep.p_fingerprint, idempotency_keep.p_answer);
END;

CREATE OR REPLACE FUNCTION public.idempotency_replay(p_caller integer, p_key text, p_operation text, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
BEGIN
  RETURN idempotency_replay(p_caller, ''::bytea, p_key, p_operation, p_fingerprint);
END $function$;

CREATE OR REPLACE FUNCTION public.idempotency_replay(p_caller integer, p_shopper bytea, p_key text, p_operation text, p_fingerprint bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
DECLARE
  kept idempotency_keys;
BEGIN
  -- Shoppers with the same key wait for one another, which is rare and harmless.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, p_caller));
  -- A separate statement, so that its snapshot is newer than the lock.
  SELECT * INTO kept FROM idempotency_keys WHERE caller = p_caller AND shopper = p_shopper AND key = p_key;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF kept.created_at < now() - interval '24 hours' THEN
    DELETE FROM idempotency_keys WHERE caller = p_caller AND shopper = p_shopper AND key = p_key;
    RETURN NULL;
  ELSIF (kept.operation, kept.fingerprint) = (p_operation, p_fingerprint) THEN
    RETURN jsonb_build_object('answer', kept.answer);
  END IF;
  RETURN jsonb_build_object('conflict', true);
END $function$;

CREATE OR REPLACE FUNCTION public.is_left_out(config regconfig, word text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ((octet_length(word) > length(word)) AND (to_tsvector(config, lower(word)) = ''::tsvector));

CREATE OR REPLACE FUNCTION public.is_options(options jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (jsonb_typeof(options) = 'object'::text) THEN (NOT (EXISTS (SELECT FROM jsonb_each(is_options.options) jsonb_each(key, value) WHERE ((jsonb_typeof(jsonb_each.value) <> 'string'::text) OR (jsonb_each.key <> lower(jsonb_each.key)))))) ELSE false END;

CREATE OR REPLACE FUNCTION public.is_shown(shows jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (jsonb_typeof(shows) = 'object'::text) THEN (NOT (EXISTS (SELECT FROM jsonb_each(is_shown.shows) jsonb_each(key, value) WHERE ((jsonb_each.key <> lower(jsonb_each.key)) OR (jsonb_typeof(jsonb_each.value) <> 'array'::text) OR (jsonb_each.value = '[]'::jsonb) OR jsonb_path_exists(jsonb_each.value, 'strict $[*]?(@.type() != "string")'::jsonpath))))) ELSE false END;

CREATE OR REPLACE FUNCTION public.keep_ledger()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  actor text := coalesce(nullif(current_setting('vitrine.actor', true), ''), session_user);
  reason text := coalesce(nullif(current_setting('vitrine.reason', true), ''), lower(TG_OP));
  reference text := nullif(current_setting('vitrine.reference', true), '');
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.sku_id, OLD.location_id) = (NEW.sku_id, NEW.location_id) THEN
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    VALUES (NEW.sku_id, NEW.location_id, coalesce(NEW.on_hand, 0) - coalesce(OLD.on_hand, 0), NEW.on_hand, actor, reason, reference);
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    VALUES (OLD.sku_id, OLD.location_id, -coalesce(OLD.on_hand, 0), 0, actor, reason, reference);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    VALUES (NEW.sku_id, NEW.location_id, coalesce(NEW.on_hand, 0), NEW.on_hand, actor, reason, reference);
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.keep_texts_of_products()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- In this language, the product now has a text of its own.
  DELETE FROM product_texts text USING products product
  WHERE text.product_id = ANY (ARRAY(
      SELECT after.id FROM after JOIN before USING (id) WHERE before.language <> after.language))
    AND product.id = text.product_id AND text.language = product.language;
  UPDATE product_texts text SET own_keywords = left(product.keywords, 1000) FROM products product
  WHERE text.product_id = ANY (ARRAY(
      SELECT after.id FROM after JOIN before USING (id) WHERE left(before.keywords, 1000) <> left(after.keywords, 1000)))
    AND product.id = text.product_id;
  RETURN NULL;
END $function$;

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
  -- The point is removed. It comes back if another encoder lost its embedding.
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
  INSERT INTO product_changes (product_id, images, image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_inserted_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, images, image_id) SELECT product_id, true, id FROM changed;
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

CREATE OR REPLACE FUNCTION public.mark_quarantined_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT image.product_id, true, image.id
  FROM changed JOIN product_images image ON image.sha256 = changed.sha256 WHERE changed.released_at IS NULL;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_released_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT image.product_id, true, image.id
  FROM after JOIN before USING (sha256) JOIN product_images image USING (sha256)
  WHERE (before.released_at IS NULL) <> (after.released_at IS NULL);
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
  FROM (
    (SELECT encoder_id, sha256, vector FROM before EXCEPT SELECT encoder_id, sha256, vector FROM after)
    UNION ALL
    (SELECT encoder_id, sha256, vector FROM after EXCEPT SELECT encoder_id, sha256, vector FROM before)
  ) AS changed
  JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- The old point is removed first. If the image has an embedding, a new point replaces it.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT after.product_id, true, after.id FROM after JOIN before USING (id)
  WHERE (before.product_id, before.sha256) IS DISTINCT FROM (after.product_id, after.sha256);
  -- An image has the tags of the SKUs that it shows.
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT after.product_id FROM after JOIN before USING (id) WHERE before.shows <> after.shows;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_prices()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_products()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT after.id FROM after JOIN before USING (id)
  WHERE (before.brand_id, before.category_id, before.created_at, before.search)
    IS DISTINCT FROM (after.brand_id, after.category_id, after.created_at, after.search);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_skus()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
  WHERE (before.product_id, before.options, before.when_out, before.gtin,
      coalesce(before.promised <= before.promised_held, false))
    IS DISTINCT FROM (after.product_id, after.options, after.when_out, after.gtin,
      coalesce(after.promised <= after.promised_held, false));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_stock()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT product_id FROM skus WHERE id IN (OLD.sku_id, NEW.sku_id);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mark_updated_texts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT after.product_id FROM after JOIN before USING (product_id, language) WHERE before.search <> after.search;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.mendable_words(text text)
 RETURNS SETOF text
 LANGUAGE sql
 IMMUTABLE
BEGIN ATOMIC
 SELECT word.word
    FROM regexp_split_to_table(fold_text("left"(mendable_words.text, 5000)), '[^[:alpha:]]+'::text) word(word)
   WHERE ((length(word.word) >= 4) AND (length(word.word) <= 40));
END;

CREATE OR REPLACE FUNCTION public.name_vector(name text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN setweight(to_tsvector('simple'::regconfig, fold_text(name)), 'A'::"char");

CREATE OR REPLACE FUNCTION public.near_words(typed text)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET "pg_trgm.similarity_threshold" TO '0.25'
BEGIN ATOMIC
 SELECT search_words.word
    FROM search_words
   WHERE (search_words.word % near_words.typed);
END;

CREATE OR REPLACE FUNCTION public.note_search_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO search_words (word)
  SELECT DISTINCT named.word FROM changed CROSS JOIN mendable_words(changed.title || ' ' || changed.keywords) AS named (word)
  WHERE NOT EXISTS (SELECT FROM search_words known WHERE known.word = named.word);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.note_skus()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO sku_changes (sku_ids)
  SELECT CASE WHEN count(*) <= 10000 THEN array_agg(DISTINCT sku_id) END FROM changed HAVING count(*) > 0;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.note_text_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO search_words (word)
  SELECT DISTINCT named.word
  FROM changed CROSS JOIN mendable_words(coalesce(changed.title, '') || ' ' || changed.keywords) AS named (word)
  WHERE NOT EXISTS (SELECT FROM search_words known WHERE known.word = named.word);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.note_updated_skus()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO sku_changes (sku_ids)
  SELECT CASE WHEN count(*) <= 10000 THEN array_agg(id) END FROM after JOIN before USING (id)
  WHERE (before.promised, before.promised_held, before.when_out, before.restock_at)
    IS DISTINCT FROM (after.promised, after.promised_held, after.when_out, after.restock_at)
  HAVING count(*) > 0;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.notify_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- Any number that nobody else locks in this database.
  IF pg_try_advisory_xact_lock(7237125663275445356) THEN
    PERFORM pg_notify('vitrine', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.own_text_has(word text, languages text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM (unnest(own_text_has.languages) asked(language)
              CROSS JOIN LATERAL ( SELECT
                    FROM products
                   WHERE ((products.search @@ word_query(asked.language, own_text_has.word)) AND ((cardinality(own_text_has.languages) = 1) OR (NOT ((products.language)::text IS DISTINCT FROM asked.language))))
                  LIMIT 1) found))) AS "exists";
END;

CREATE OR REPLACE FUNCTION public.refuse_awaited()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM hold_lines WHERE location_id = OLD.id AND active AND promised) THEN
    RAISE EXCEPTION 'location % is in an active hold', OLD.handle USING ERRCODE = '55006';
  END IF;
  RETURN OLD;
END $function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION '% is append-only: to correct an entry, add another one', TG_TABLE_NAME USING ERRCODE = '55000';
END $function$;

CREATE OR REPLACE FUNCTION public.refuse_held()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'SKU % is in an active hold at location %', OLD.sku_id, OLD.location_id USING ERRCODE = '55006';
END $function$;

CREATE OR REPLACE FUNCTION public.refuse_promised()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'SKU % is promised in an active hold', OLD.id USING ERRCODE = 'VT001';
END $function$;

CREATE OR REPLACE FUNCTION public.revoke_keys_of_channel()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  UPDATE api_keys SET revoked_at = now()
  WHERE revoked_at IS NULL AND NOT all_channels
    AND id IN (SELECT api_key_id FROM api_key_channels WHERE channel_id = OLD.id)
    AND NOT EXISTS (SELECT FROM api_key_channels WHERE api_key_id = api_keys.id AND channel_id <> OLD.id);
  UPDATE api_keys SET channel_id = (
    SELECT channel_id FROM api_key_channels WHERE api_key_id = api_keys.id AND channel_id <> OLD.id ORDER BY position LIMIT 1)
  WHERE channel_id = OLD.id AND revoked_at IS NULL;
  RETURN OLD;
END $function$;

CREATE OR REPLACE FUNCTION public.scopes_of(p_grants text[])
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
RETURN (CASE WHEN (p_grants @> ARRAY['catalog:write'::text, 'stock:write'::text, 'prices:write'::text]) THEN ARRAY['catalog:write'::text] ELSE '{}'::text[] END || ARRAY(SELECT name.name FROM unnest(scopes_of.p_grants) name(name) WHERE (name.name = ANY (ARRAY['holds:create'::text, 'holds:confirm'::text]))));

CREATE OR REPLACE FUNCTION public.tell_webhooks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  event text := 'hold.' || lower(NEW.status);
  told integer[] := ARRAY(
    SELECT webhook.id FROM webhooks webhook
    WHERE event = ANY(webhook.events) AND webhook.muted_at IS NULL
      AND (webhook.channel_ids IS NULL OR NEW.channel_id = ANY(webhook.channel_ids))
      AND (webhook.api_key_id IS NULL OR webhook.api_key_id = NEW.made_by AND webhook_key_is_valid(webhook))
      AND (NEW.status = 'CONFIRMED' OR EXISTS (
        SELECT FROM api_keys WHERE id = NEW.made_by AND 'holds:confirm' = ANY(grants)
      ) OR NOT EXISTS (
        SELECT FROM webhook_messages message WHERE message.webhook_id = webhook.id AND message.failure IS NULL
        OFFSET 10000 LIMIT 1)));
BEGIN
  IF told <> '{}' THEN
    INSERT INTO webhook_messages (webhook_id, type, at, data)
    SELECT webhook_id, event, NEW.ended_at, data.data FROM unnest(told) AS webhook_id, webhook_data(NEW) AS data (data);
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.tell_webhooks_of_design()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  event text := 'design.' || lower(NEW.state);
  told integer[] := ARRAY(
    SELECT webhook.id FROM webhooks webhook
    WHERE event = ANY(webhook.events) AND webhook.muted_at IS NULL AND webhook.channel_ids IS NULL
      AND (webhook.api_key_id IS NULL OR webhook.api_key_id = NEW.owner AND webhook_key_is_valid(webhook)));
BEGIN
  IF told <> '{}' THEN
    INSERT INTO webhook_messages (webhook_id, type, at, data)
    SELECT webhook_id, event, NEW.ended_at, jsonb_build_object(
      'job', NEW.id,
      'apiKey', (SELECT name FROM api_keys WHERE id = NEW.owner),
      'engine', NEW.engine,
      'error', NEW.last_error,
      'createdAt', NEW.created_at,
      'designs', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('design', design.id, 'image', encode(design.sha256, 'hex'),
          'similarity', design.similarity, 'likeness', design.likeness, 'garment', design.garment) ORDER BY design.position), '[]')
        FROM designs design WHERE design.job_id = NEW.id AND design.finished))
    FROM unnest(told) AS webhook_id;
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.tell_webhooks_of_match()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  watched watches;
  told integer[];
BEGIN
  SELECT * INTO watched FROM watches WHERE number = NEW.watch;
  told := ARRAY(
    SELECT webhook.id FROM webhooks webhook
    WHERE 'watch.matched' = ANY(webhook.events) AND webhook.muted_at IS NULL
      AND (webhook.channel_ids IS NULL OR watched.channel_id = ANY(webhook.channel_ids))
      AND (webhook.api_key_id IS NULL OR webhook.api_key_id = watched.owner AND webhook_key_is_valid(webhook)));
  IF told <> '{}' THEN
    WITH message AS (
      INSERT INTO webhook_messages (webhook_id, type, at, data)
      SELECT webhook_id, 'watch.matched', NEW.matched_at, jsonb_build_object(
        'watch', watched.id,
        'title', watched.title,
        'event', NEW.uuid,
        'channel', (SELECT handle FROM channels WHERE id = watched.channel_id),
        'apiKey', (SELECT name FROM api_keys WHERE id = watched.owner),
        'product', NEW.product_id,
        'handle', (SELECT handle FROM products WHERE id = NEW.product_id),
        'score', NEW.cosine * watched.scale,
        'amount', NEW.amount,
        'currency', watched.currency)
      FROM unnest(told) AS webhook_id
      RETURNING uuid, webhook_id
    )
    INSERT INTO watch_deliveries (message, event, webhook_id) SELECT uuid, NEW.id, webhook_id FROM message;
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.text_config(language text)
 RETURNS regconfig
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE split_part(language, '-'::text, 1) WHEN 'en'::text THEN 'english'::regconfig WHEN 'ar'::text THEN 'arabic'::regconfig WHEN 'ca'::text THEN 'catalan'::regconfig WHEN 'da'::text THEN 'danish'::regconfig WHEN 'de'::text THEN 'german'::regconfig WHEN 'el'::text THEN 'greek'::regconfig WHEN 'es'::text THEN 'spanish'::regconfig WHEN 'eu'::text THEN 'basque'::regconfig WHEN 'fi'::text THEN 'finnish'::regconfig WHEN 'fr'::text THEN 'french'::regconfig WHEN 'ga'::text THEN 'irish'::regconfig WHEN 'hi'::text THEN 'hindi'::regconfig WHEN 'hu'::text THEN 'hungarian'::regconfig WHEN 'hy'::text THEN 'armenian'::regconfig WHEN 'id'::text THEN 'indonesian'::regconfig WHEN 'it'::text THEN 'italian'::regconfig WHEN 'lt'::text THEN 'lithuanian'::regconfig WHEN 'nb'::text THEN 'norwegian'::regconfig WHEN 'ne'::text THEN 'nepali'::regconfig WHEN 'nl'::text THEN 'dutch'::regconfig WHEN 'nn'::text THEN 'norwegian'::regconfig WHEN 'no'::text THEN 'norwegian'::regconfig WHEN 'pt'::text THEN 'portuguese'::regconfig WHEN 'ro'::text THEN 'romanian'::regconfig WHEN 'ru'::text THEN 'russian'::regconfig WHEN 'sr'::text THEN 'serbian'::regconfig WHEN 'sv'::text THEN 'swedish'::regconfig WHEN 'ta'::text THEN 'tamil'::regconfig WHEN 'tr'::text THEN 'turkish'::regconfig WHEN 'yi'::text THEN 'yiddish'::regconfig ELSE 'simple'::regconfig END;

CREATE OR REPLACE FUNCTION public.text_vector(language text, title text, keywords text, description text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((setweight(to_tsvector(text_config(language), fold_text(COALESCE(title, ''::text))), 'A'::"char") || setweight(to_tsvector(text_config(language), fold_text("left"(keywords, 4000))), 'B'::"char")) || setweight(to_tsvector(text_config(language), fold_text("left"(COALESCE(description, ''::text), 10000))), 'C'::"char"));

CREATE OR REPLACE FUNCTION public.translated_text_has(word text, languages text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM (unnest(translated_text_has.languages) asked(language)
              CROSS JOIN LATERAL ( SELECT
                    FROM product_texts
                   WHERE ((product_texts.search @@ word_query(asked.language, translated_text_has.word)) AND (NOT ((product_texts.language)::text IS DISTINCT FROM asked.language)))
                  LIMIT 1) found))) AS "exists";
END;

CREATE OR REPLACE FUNCTION public.typed_query(language text, text text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN websearch_to_tsquery(text_config(language), fold_text(CASE WHEN (octet_length(text) = length(text)) THEN text ELSE (SELECT COALESCE(string_agg(term.match[1], ' '::text ORDER BY term.place), ''::text) AS "coalesce" FROM regexp_matches(typed_query.text, '-*"[^"]*"?|[^\s"]+'::text, 'g'::text) WITH ORDINALITY term(match, place) WHERE ((term.match[1] ~ '^-|"'::text) OR (NOT is_left_out(text_config(typed_query.language), term.match[1])))) END));

CREATE OR REPLACE FUNCTION public.typed_query(text text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN websearch_to_tsquery('english'::regconfig, fold_text(text));

CREATE OR REPLACE FUNCTION public.webhook_data(hold holds)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN jsonb_build_object('hold', (hold).id, 'channel', (SELECT channels.handle FROM channels WHERE (channels.id = (webhook_data.hold).channel_id)), 'apiKey', (SELECT api_keys.name FROM api_keys WHERE (api_keys.id = (webhook_data.hold).made_by)), 'createdAt', (hold).created_at, 'expiresAt', (hold).expires_at, 'currency', (hold).currency, 'lines', (SELECT jsonb_agg(jsonb_build_object('sku', line.sku_id, 'code', sku.code, 'location', location.handle, 'quantity', line.quantity, 'amount', line.unit_amount, 'promised', line.promised, 'expectedAt', line.promised_for) ORDER BY line."position") AS jsonb_agg FROM ((hold_lines line LEFT JOIN skus sku ON ((sku.id = line.sku_id))) LEFT JOIN stock_locations location ON ((location.id = line.location_id))) WHERE (line.hold_id = (webhook_data.hold).id)));

CREATE OR REPLACE FUNCTION public.webhook_key_is_valid(webhook webhooks)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (((webhook).api_key_id IS NULL) OR (EXISTS (SELECT FROM api_keys key WHERE ((key.id = (webhook_key_is_valid.webhook).api_key_id) AND (key.revoked_at IS NULL) AND ((key.expires_at IS NULL) OR (key.expires_at > now()))))));

CREATE OR REPLACE FUNCTION public.word_query(language text, word text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN is_left_out(text_config(language), word) THEN ''::tsquery ELSE phraseto_tsquery(text_config(language), fold_text(word)) END;

CREATE OR REPLACE FUNCTION public.word_query(word text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN phraseto_tsquery('english'::regconfig, fold_text(word));

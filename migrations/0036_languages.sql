-- Texts of products in several languages, and searches that know the language of a text.

-- For databases that have 0035 already: see 0030.
DO $$
BEGIN
  FOR attempt IN 1..100 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE products, channels IN ACCESS EXCLUSIVE MODE;
      SET LOCAL lock_timeout TO DEFAULT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'Long transactions hold up the migration: try again.' USING ERRCODE = 'lock_not_available';
END $$;

-- BCP 47, as Intl.getCanonicalLocales writes it: it, pt-BR, zh-Hant.
CREATE DOMAIN language AS text COLLATE "C" CHECK (VALUE ~ '^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$');

-- How Postgres finds the stems of words in a language, and which words it leaves out. Others have neither.
CREATE FUNCTION text_config(language text) RETURNS regconfig IMMUTABLE PARALLEL SAFE STRICT LANGUAGE sql
RETURN CASE split_part(language, '-', 1)
  WHEN 'en' THEN regconfig 'english' WHEN 'ar' THEN regconfig 'arabic' WHEN 'ca' THEN regconfig 'catalan'
  WHEN 'da' THEN regconfig 'danish' WHEN 'de' THEN regconfig 'german' WHEN 'el' THEN regconfig 'greek'
  WHEN 'es' THEN regconfig 'spanish' WHEN 'eu' THEN regconfig 'basque' WHEN 'fi' THEN regconfig 'finnish'
  WHEN 'fr' THEN regconfig 'french' WHEN 'ga' THEN regconfig 'irish' WHEN 'hi' THEN regconfig 'hindi'
  WHEN 'hu' THEN regconfig 'hungarian' WHEN 'hy' THEN regconfig 'armenian' WHEN 'id' THEN regconfig 'indonesian'
  WHEN 'it' THEN regconfig 'italian' WHEN 'lt' THEN regconfig 'lithuanian' WHEN 'nb' THEN regconfig 'norwegian'
  WHEN 'ne' THEN regconfig 'nepali' WHEN 'nl' THEN regconfig 'dutch' WHEN 'nn' THEN regconfig 'norwegian'
  WHEN 'no' THEN regconfig 'norwegian' WHEN 'pt' THEN regconfig 'portuguese' WHEN 'ro' THEN regconfig 'romanian'
  WHEN 'ru' THEN regconfig 'russian' WHEN 'sr' THEN regconfig 'serbian' WHEN 'sv' THEN regconfig 'swedish'
  WHEN 'ta' THEN regconfig 'tamil' WHEN 'tr' THEN regconfig 'turkish' WHEN 'yi' THEN regconfig 'yiddish'
  ELSE regconfig 'simple' END;

-- Whether a language leaves a word out. Folded, "für" is no word of its list anymore.
CREATE FUNCTION is_left_out(config regconfig, word text) RETURNS boolean IMMUTABLE PARALLEL SAFE STRICT LANGUAGE sql
RETURN octet_length(word) > length(word) AND to_tsvector(config, lower(word)) = '';

CREATE FUNCTION typed_query(language text, text text) RETURNS tsquery IMMUTABLE PARALLEL SAFE STRICT LANGUAGE sql
RETURN websearch_to_tsquery(text_config(language), fold_text(CASE WHEN octet_length(text) = length(text) THEN text ELSE (
  SELECT coalesce(string_agg(term.match[1], ' ' ORDER BY term.place), '')
  FROM regexp_matches(text, '-*"[^"]*"?|[^\s"]+', 'g') WITH ORDINALITY AS term (match, place)
  -- In quotation marks, the places of words count.
  WHERE term.match[1] ~ '^-|"' OR NOT is_left_out(text_config(language), term.match[1])
) END));

-- Postgres would tell that '' has no words.
SET LOCAL client_min_messages = warning;
CREATE FUNCTION word_query(language text, word text) RETURNS tsquery IMMUTABLE PARALLEL SAFE STRICT LANGUAGE sql
RETURN CASE WHEN is_left_out(text_config(language), word) THEN ''::tsquery
  ELSE phraseto_tsquery(text_config(language), fold_text(word)) END;
SET LOCAL client_min_messages TO DEFAULT;

-- Of long texts the beginning, because each change of a product puts all of its words into the index again.
CREATE FUNCTION text_vector(language text, title text, keywords text, description text) RETURNS tsvector
IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN setweight(to_tsvector(text_config(language), fold_text(coalesce(title, ''))), 'A') ||
  setweight(to_tsvector(text_config(language), fold_text(left(keywords, 4000))), 'B') ||
  setweight(to_tsvector(text_config(language), fold_text(left(coalesce(description, ''), 10000))), 'C');

-- Of requests that name no language, and of the texts that feeds bring into the channel.
ALTER TABLE channels ADD COLUMN language language NOT NULL DEFAULT 'en';

DROP FUNCTION begun_products(text[], text, integer);
-- The table is rewritten: 100,000 products take about ten seconds.
ALTER TABLE products
  -- Of title, description, and keywords.
  ADD COLUMN language language NOT NULL DEFAULT 'en',
  DROP COLUMN search,
  ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (text_vector(language, title, keywords, description)) STORED;
CREATE INDEX products_search ON products USING gin (search);
-- Which languages there are.
CREATE INDEX products_language ON products (language);

-- Texts of products in other languages than their own.
CREATE TABLE product_texts (
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  language language NOT NULL,
  -- Null: there is none in this language.
  title text CHECK (title <> ''),
  description text CHECK (description <> ''),
  url text,
  -- Brand, categories, and attributes in this language, as far as they are known, and in the product's own: a query with
  -- a brand and a word of the title is found in one vector. Of those in its own the first, which are brand, categories,
  -- and short attributes: when they change, the vectors of all texts do.
  keywords text NOT NULL DEFAULT '',
  own_keywords text NOT NULL CHECK (length(own_keywords) <= 1000),
  -- What an import made it of; null: something else.
  digest bytea CHECK (octet_length(digest) = 32),
  search tsvector NOT NULL GENERATED ALWAYS AS (
    text_vector(language, title, keywords || ' ' || own_keywords, description)) STORED,
  PRIMARY KEY (product_id, language)
);
CREATE INDEX product_texts_search ON product_texts USING gin (search);
CREATE INDEX product_texts_language ON product_texts (language);

CREATE TRIGGER product_texts_inserted AFTER INSERT ON product_texts
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_texts_deleted AFTER DELETE ON product_texts
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE FUNCTION mark_updated_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT after.product_id FROM after JOIN before USING (product_id, language) WHERE before.search <> after.search;
  RETURN NULL;
END $$;
CREATE TRIGGER product_texts_updated AFTER UPDATE ON product_texts
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_texts();

-- Of the same beginning as in text_vector.
CREATE OR REPLACE FUNCTION mendable_words(text text) RETURNS SETOF text IMMUTABLE LANGUAGE sql
BEGIN ATOMIC
  SELECT word FROM regexp_split_to_table(fold_text(left(text, 5000)), '[^[:alpha:]]+') AS word
  WHERE length(word) BETWEEN 4 AND 40;
END;
CREATE FUNCTION note_text_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_words (word)
  SELECT DISTINCT named.word
  FROM changed CROSS JOIN mendable_words(coalesce(changed.title, '') || ' ' || changed.keywords) AS named (word)
  WHERE NOT EXISTS (SELECT FROM search_words known WHERE known.word = named.word);
  RETURN NULL;
END $$;
CREATE TRIGGER product_texts_words_inserted AFTER INSERT ON product_texts
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_text_words();
CREATE TRIGGER product_texts_words_updated AFTER UPDATE ON product_texts
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_text_words();

-- ARRAY(...) as in 0033: prices also update products, most of which have no texts.
CREATE FUNCTION keep_texts_of_products() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$;
CREATE TRIGGER products_updated_texts AFTER UPDATE ON products
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION keep_texts_of_products();

-- An import that finds the language changed writes the product again.
CREATE OR REPLACE FUNCTION forget_digests_of_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- `updated_at` also changes with prices, which are no part of a digest. The longest is compared last.
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT after.id FROM after JOIN before USING (id)
    WHERE (before.handle, before.title, before.language, before.brand_id, before.category_id, before.url, before.is_demo,
        before.keywords, before.description)
      IS DISTINCT FROM (after.handle, after.title, after.language, after.brand_id, after.category_id, after.url,
        after.is_demo, after.keywords, after.description)));
  RETURN NULL;
END $$;

-- The query of 0034, without words that the language leaves out.
CREATE FUNCTION begun_query_in(language text, words text[], begun text) RETURNS tsquery IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN begun_query(text_config(language), ARRAY(
  SELECT word FROM unnest(words) AS word WHERE numnode(word_query(language, word)) > 0), begun);

-- Some products with their own texts in a language that a typed text finds; see 0034. MATERIALIZED, or Postgres would make
-- the query again for each product.
CREATE FUNCTION begun_products(language text, words text[], begun text, most integer)
RETURNS TABLE (id integer, title text, keywords text, rank real) STABLE LANGUAGE sql
  SET gin_fuzzy_search_limit = 2000
BEGIN ATOMIC
  WITH typed AS MATERIALIZED (SELECT begun_query_in(begun_products.language, words, begun) AS query)
  SELECT product.id, product.title, left(product.keywords, 4000), ts_rank_cd(ts_filter(product.search, '{a}'), typed.query)
  FROM typed CROSS JOIN LATERAL (
    SELECT id, title, keywords, search FROM products
    WHERE search @@ typed.query
      -- With `=`, Postgres would also read the index of languages, which tells nothing.
      AND products.language IS NOT DISTINCT FROM begun_products.language LIMIT most
  ) product;
END;

-- The same of translations.
CREATE FUNCTION begun_texts(language text, words text[], begun text, most integer)
RETURNS TABLE (id integer, title text, keywords text, rank real) STABLE LANGUAGE sql
  SET gin_fuzzy_search_limit = 2000
BEGIN ATOMIC
  WITH typed AS MATERIALIZED (SELECT begun_query_in(begun_texts.language, words, begun) AS query)
  SELECT text.product_id, coalesce(text.title, ''), left(text.keywords || ' ' || text.own_keywords, 4000),
    ts_rank_cd(ts_filter(text.search, '{a}'), typed.query)
  FROM typed CROSS JOIN LATERAL (
    SELECT product_id, title, keywords, own_keywords, search FROM product_texts
    WHERE search @@ typed.query AND product_texts.language IS NOT DISTINCT FROM begun_texts.language LIMIT most
  ) text;
END;

-- For older gateways.
CREATE FUNCTION begun_products(words text[], begun text, most integer)
RETURNS TABLE (id integer, title text, keywords text, rank real) STABLE LANGUAGE sql
BEGIN ATOMIC
  SELECT product.* FROM begun_products('en', words, begun, most) product;
END;

-- Older gateways search as in English, which is what all texts are in until a newer one writes others.
INSERT INTO compatible_migrations (name, since) VALUES ('0036_languages', '0014_revoke_keys_of_deleted_channels');

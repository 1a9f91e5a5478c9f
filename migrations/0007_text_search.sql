-- Text search that tolerates typos. `products.search` holds the words of each product; this table holds the words that
-- can be corrected to.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- Words of titles and keywords. Words are never removed: one that no product has anymore corrects nothing, because a
-- search checks that a product has it. Words are not unique, so that writers who add the same word never wait for each
-- other; a duplicate does no harm.
CREATE TABLE search_words (word text NOT NULL);
CREATE INDEX search_words_word ON search_words (word);
CREATE INDEX search_words_near ON search_words USING gist (word gist_trgm_ops);

-- Short words resemble too many others, and a corrected number would be a different number.
CREATE FUNCTION mendable_words(text text) RETURNS SETOF text IMMUTABLE LANGUAGE sql
BEGIN ATOMIC
  SELECT word FROM regexp_split_to_table(lower(text), '[^[:alpha:]]+') AS word WHERE length(word) BETWEEN 4 AND 40;
END;

CREATE FUNCTION note_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_words (word)
  SELECT DISTINCT named.word FROM changed CROSS JOIN mendable_words(changed.title || ' ' || changed.keywords) AS named (word)
  WHERE NOT EXISTS (SELECT FROM search_words known WHERE known.word = named.word);
  RETURN NULL;
END $$;
CREATE TRIGGER products_words_inserted AFTER INSERT ON products
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_search_words();
CREATE TRIGGER products_words_updated AFTER UPDATE ON products
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_search_words();

-- Typos are corrected among the words that share enough trigrams with them. The index that orders all words by their
-- distance reads much of itself for each typo: with 36,000 words, it takes 20 times as long to find the same words.

DROP INDEX search_words_near;
-- Without fastupdate, no search has to read a list of words that are not in the index yet.
CREATE INDEX search_words_near ON search_words USING gin (word gin_trgm_ops) WITH (fastupdate = off);

-- A function may only set parameters that Postgres knows, and it knows this one once the extension is in use.
DO $$ BEGIN PERFORM show_limit(); END $$;

-- A quarter of the trigrams is what a word of four letters shares with itself after one edit, at the least.
CREATE FUNCTION near_words(typed text) RETURNS SETOF text STABLE LANGUAGE sql
  SET pg_trgm.similarity_threshold = 0.25
BEGIN ATOMIC
  SELECT word FROM search_words WHERE word % typed;
END;

-- For older gateways, correcting a typo takes a little longer.
INSERT INTO compatible_migrations (name, since) VALUES ('0020_near_words', '0014_revoke_keys_of_deleted_channels');

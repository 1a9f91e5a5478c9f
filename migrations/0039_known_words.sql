-- Whether some product has a word is asked of the index of words, however Postgres estimates it. To find the first of a few
-- rows, it prefers to read products until it meets one, which reads all of them when no product has the word: any
-- misspelling in a catalog of 30,000 products took seconds.
CREATE FUNCTION own_text_has(word text, languages text[]) RETURNS boolean LANGUAGE sql STABLE SET enable_seqscan TO off
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM unnest(languages) AS asked (language) CROSS JOIN LATERAL (
      SELECT FROM products
      WHERE products.search @@ word_query(asked.language, word)
        AND (cardinality(languages) = 1 OR products.language IS NOT DISTINCT FROM asked.language)
      LIMIT 1
    ) found
  );
END;

CREATE FUNCTION translated_text_has(word text, languages text[]) RETURNS boolean LANGUAGE sql STABLE SET enable_seqscan TO off
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM unnest(languages) AS asked (language) CROSS JOIN LATERAL (
      SELECT FROM product_texts
      WHERE product_texts.search @@ word_query(asked.language, word)
        AND product_texts.language IS NOT DISTINCT FROM asked.language
      LIMIT 1
    ) found
  );
END;

-- So did suggestions, which ask for some of the products that have what was typed.
ALTER FUNCTION begun_products(text, text[], text, integer) SET enable_seqscan TO off;
ALTER FUNCTION begun_texts(text, text[], text, integer) SET enable_seqscan TO off;

INSERT INTO compatible_migrations (name, since) VALUES ('0039_known_words', '0014_revoke_keys_of_deleted_channels');

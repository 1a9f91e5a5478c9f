-- A row that is updated twice in one transaction has its foreign keys checked anew, which locks what it refers to. Holding
-- stock that expired holds give back does that to stock levels: their SKUs are locked before them, like everywhere.

DO $$
DECLARE
  before text := pg_get_functiondef('holds_end(uuid[], text, integer[])'::regprocedure);
  after text := replace(before, E'\nBEGIN\n', E'\nBEGIN\n  PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR KEY SHARE;\n\n');
BEGIN
  ASSERT after <> before, 'holds_end has a body';
  EXECUTE after;
END $$;

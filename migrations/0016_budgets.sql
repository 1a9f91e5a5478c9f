-- The points that callers may spend, shared by all gateways. A crash empties the table, and then all budgets are full.

CREATE UNLOGGED TABLE budgets (
  -- "key:" and the id of an API key, or "client:" and a keyed hash of the client's network.
  payer text PRIMARY KEY,
  -- What was left at restored_at; negative: a debt.
  points double precision NOT NULL,
  -- What the last lease got.
  granted double precision NOT NULL,
  restored_at timestamptz NOT NULL
);
CREATE INDEX budgets_restored_at ON budgets (restored_at);

INSERT INTO compatible_migrations (name, since) VALUES ('0016_budgets', '0014_revoke_keys_of_deleted_channels');

-- Starts and imports that do not do again what was done before.

-- Snapshots of embedded indexes, which are files of gateways. A snapshot is used only if its row is here: the database
-- then has everything that the snapshot has. A backup from before it, and another database, have no such row.
CREATE TABLE index_snapshots (
  id uuid PRIMARY KEY,
  -- The transaction that inserted the row. In a database that was dumped and restored, another one did, and positions
  -- in the change log mean nothing there.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- When its position was the current one.
  taken_at timestamptz NOT NULL
);

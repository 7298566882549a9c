-- What is kept of output is bounded in bytes, and the oldest goes first.
ALTER TABLE log_tails ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log_tails ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
UPDATE log_tails SET bytes = length(CAST(lines AS BLOB));
CREATE INDEX log_tails_by_age ON log_tails (kept_at, bytes);

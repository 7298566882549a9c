-- Small documents of which there are few: capacity providers, account settings. All of them are in memory.
CREATE TABLE documents (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) WITHOUT ROWID;

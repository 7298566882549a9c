-- The engine's memory. Every document is canonical JSON in `doc`; the other columns repeat what queries need and are written together with it.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE clusters (name TEXT PRIMARY KEY, status TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;

-- last_revision outlives the revisions: a number is never given twice.
CREATE TABLE families (family TEXT PRIMARY KEY, last_revision INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE task_definitions (
  family TEXT NOT NULL,
  revision INTEGER NOT NULL,
  status TEXT NOT NULL,  -- ACTIVE, INACTIVE, DELETE_IN_PROGRESS
  doc TEXT NOT NULL,
  PRIMARY KEY (family, revision)
);
CREATE INDEX task_definitions_by_status ON task_definitions (status, family, revision);

CREATE TABLE services (
  cluster TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,  -- ACTIVE, DRAINING, INACTIVE
  doc TEXT NOT NULL,
  PRIMARY KEY (cluster, name)
);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  cluster TEXT NOT NULL,
  service TEXT NOT NULL,  -- '' for a standalone task
  family TEXT NOT NULL,
  started_by TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  launch_type TEXT NOT NULL,
  desired_status TEXT NOT NULL,
  live INTEGER NOT NULL,  -- 1: loaded into memory at start
  stopped_at INTEGER,     -- milliseconds since the epoch
  doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX tasks_listed ON tasks (cluster, desired_status, id);
CREATE INDEX tasks_of_service ON tasks (cluster, service, desired_status, id);
CREATE INDEX tasks_of_family ON tasks (cluster, family, desired_status, id);
CREATE INDEX tasks_live ON tasks (id) WHERE live = 1;
CREATE INDEX tasks_stopped ON tasks (stopped_at) WHERE live = 0;

CREATE TABLE instances (id TEXT PRIMARY KEY, cluster TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;

-- What idempotent requests did: scope is operation and cluster.
CREATE TABLE tokens (
  scope TEXT NOT NULL,
  token TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  arns TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, token)
) WITHOUT ROWID;

-- CloudWatch Logs' view of containers' output; the last lines of those that no longer exist are in log_tails.
CREATE TABLE log_streams (
  log_group TEXT NOT NULL,
  stream TEXT NOT NULL,
  task_id TEXT NOT NULL,
  container TEXT NOT NULL,
  created_at INTEGER,
  PRIMARY KEY (log_group, stream)
) WITHOUT ROWID;
CREATE INDEX log_streams_by_age ON log_streams (log_group, created_at, stream);
CREATE INDEX log_streams_of_task ON log_streams (task_id);

CREATE TABLE log_tails (
  task_id TEXT NOT NULL,
  container TEXT NOT NULL,
  lines TEXT NOT NULL,
  PRIMARY KEY (task_id, container)
);

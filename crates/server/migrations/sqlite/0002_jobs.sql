-- A row a job: when it is next due, who runs it, and when somebody should worry.
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    next_run_at TEXT NOT NULL,
    -- Health is DOWN from here on. Only a run that ends well moves it.
    expected_by TEXT NOT NULL,
    -- Grows with every lease: who holds an older one can no longer commit.
    lease_token BIGINT NOT NULL DEFAULT 0,
    lease_expires_at TEXT,
    last_started_at TEXT,
    last_finished_at TEXT,
    last_error TEXT,
    -- In a row.
    failures INTEGER NOT NULL DEFAULT 0,
    runs BIGINT NOT NULL DEFAULT 0
);

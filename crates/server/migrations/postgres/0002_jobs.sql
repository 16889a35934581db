-- A row a job: when it is next due, who runs it, and when somebody should worry.
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    next_run_at TIMESTAMPTZ NOT NULL,
    -- Health is DOWN from here on. Only a run that ends well moves it.
    expected_by TIMESTAMPTZ NOT NULL,
    -- Grows with every lease: who holds an older one can no longer commit.
    lease_token BIGINT NOT NULL DEFAULT 0,
    lease_expires_at TIMESTAMPTZ,
    last_started_at TIMESTAMPTZ,
    last_finished_at TIMESTAMPTZ,
    last_error TEXT,
    -- In a row.
    failures INTEGER NOT NULL DEFAULT 0,
    runs BIGINT NOT NULL DEFAULT 0
);

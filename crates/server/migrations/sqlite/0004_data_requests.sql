-- `deadline` is `due_at`, or 30 days after `created_at`: what the queue is sorted by (S003-48).
CREATE TABLE data_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('export', 'deletion')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'failed')),
    created_at TEXT NOT NULL,
    due_at TEXT,
    deadline TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    completed_at TEXT,
    handled_by BIGINT REFERENCES users (id),
    error TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX data_requests_by_status ON data_requests (status, deadline, id);
CREATE INDEX data_requests_by_age ON data_requests (status, created_at);
CREATE INDEX data_requests_by_deadline ON data_requests (deadline, id);
CREATE INDEX data_requests_by_user ON data_requests (user_id, deadline, id);

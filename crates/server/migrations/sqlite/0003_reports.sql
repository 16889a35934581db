CREATE TABLE user_reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reporter_id BIGINT NOT NULL REFERENCES users (id),
    reported_user_id BIGINT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    reason_key TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'resolved', 'dismissed')),
    created_at TEXT NOT NULL,
    reviewed_at TEXT,
    reviewed_by BIGINT REFERENCES users (id),
    notes TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX reports_by_status ON user_reports (status, created_at, id);
CREATE INDEX reports_by_age ON user_reports (created_at, id);
CREATE INDEX reports_by_reported ON user_reports (reported_user_id, id);
CREATE INDEX reports_by_reporter ON user_reports (reporter_id, created_at, id);
CREATE INDEX reports_by_reason ON user_reports (reason_key);

-- How often a person was reported, kept with every insert so that a list can be in that order.
CREATE TABLE report_subjects (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    reports BIGINT NOT NULL
);
-- Read backwards: the list compares (reports, user_id) as one pair, which takes one direction.
CREATE INDEX report_subjects_by_reports ON report_subjects (reports, user_id);

-- Times are RFC 3339 UTC text; SQLite compares text byte by byte.

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL DEFAULT '',
    password_hash TEXT,
    mfa_secret_enc TEXT,
    mfa_pending_enc TEXT,
    mfa_enrolled_at TEXT,
    last_otp_step BIGINT NOT NULL DEFAULT 0,
    is_platform_admin BOOLEAN NOT NULL DEFAULT FALSE,
    is_banned BOOLEAN NOT NULL DEFAULT FALSE,
    suspended_at TEXT,
    deleted_at TEXT,
    epoch BIGINT NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_login_at TEXT
);

CREATE TABLE user_roles (
    user_id BIGINT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN (
        'SuperAdmin', 'Admin', 'Operations', 'Risk', 'Support', 'Legal', 'Product', 'Engineering',
        'IncidentCommander', 'Auditor', 'User', 'Streamer', 'Affiliate', 'Expert'
    )),
    granted_by BIGINT REFERENCES users (id),
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, role)
);
CREATE INDEX user_roles_by_role ON user_roles (role);

CREATE TABLE permissions (
    key TEXT PRIMARY KEY,
    group_name TEXT NOT NULL,
    description TEXT NOT NULL
);

CREATE TABLE user_permissions (
    user_id BIGINT NOT NULL REFERENCES users (id),
    permission_key TEXT NOT NULL REFERENCES permissions (key),
    granted_by BIGINT REFERENCES users (id),
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, permission_key)
);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    access_hash BLOB NOT NULL UNIQUE,
    socket_hash BLOB NOT NULL UNIQUE,
    mfa_passed BOOLEAN NOT NULL,
    ip_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TEXT NOT NULL,
    access_issued_at TEXT NOT NULL,
    access_expires_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    revoke_reason TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);

CREATE TABLE refresh_tokens (
    hash BLOB PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Access tokens that a refresh replaced, so that one that comes back is called expired, not invalid.
CREATE TABLE old_access_tokens (
    hash BLOB PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE login_challenges (
    token_hash BLOB PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    expires_at TEXT NOT NULL,
    used_at TEXT
);

CREATE TABLE first_login_tokens (
    token_hash BLOB PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    expires_at TEXT NOT NULL,
    used_at TEXT
);

CREATE TABLE sign_in_attempts (
    key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    window_started_at TEXT NOT NULL,
    locked_until TEXT
);

-- A code that was used for exactly this request, until the request is carried out.
CREATE TABLE otp_grants (
    user_id BIGINT NOT NULL REFERENCES users (id),
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (user_id, session_id, key, digest)
);

CREATE TABLE applications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT REFERENCES users (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    answers TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'REJECTED', 'WAITLISTED')),
    submitted_at TEXT NOT NULL,
    decided_at TEXT,
    decided_by BIGINT REFERENCES users (id),
    reason TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX applications_by_status ON applications (status, submitted_at, id);
CREATE INDEX applications_by_age ON applications (submitted_at, id);
CREATE INDEX applications_by_name ON applications (name_key);
CREATE INDEX applications_by_email ON applications (email_key);

CREATE TABLE audit_heads (
    scope TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    prev BLOB NOT NULL,
    link BLOB NOT NULL,
    recorded_at_us BIGINT NOT NULL
);

CREATE TABLE admin_audit_log (
    scope TEXT NOT NULL,
    seq BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    actor_type TEXT NOT NULL,
    admin_user_id BIGINT,
    admin_email TEXT,
    action TEXT NOT NULL,
    action_code TEXT NOT NULL,
    target_type TEXT NOT NULL DEFAULT '',
    target_id TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL,
    request_id TEXT NOT NULL,
    canon BLOB NOT NULL,
    leaf BLOB NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (scope, seq),
    UNIQUE (request_id, action_code, target_id)
);
CREATE INDEX audit_by_action ON admin_audit_log (action_code, seq);
CREATE INDEX audit_by_actor ON admin_audit_log (admin_user_id, seq);
CREATE INDEX audit_by_target ON admin_audit_log (target_type, target_id, seq);
CREATE INDEX audit_by_time ON admin_audit_log (created_at);

-- A speed bump: whoever can write the file can drop these. The chain and the watermarks are the proof.
CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON admin_audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON admin_audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TABLE admin_action_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL,
    client_request_id TEXT,
    trace_id TEXT,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    route TEXT NOT NULL,
    user_id BIGINT,
    ip_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    request_body TEXT NOT NULL,
    response TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT,
    duration_ms BIGINT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX action_log_by_user ON admin_action_log (user_id, created_at);
CREATE INDEX action_log_by_route ON admin_action_log (route, created_at);
CREATE INDEX action_log_by_request ON admin_action_log (request_id);

CREATE TABLE idempotency_keys (
    user_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER,
    response TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE request_stats (
    minute TEXT NOT NULL,
    route_group TEXT NOT NULL,
    route TEXT NOT NULL,
    method TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    count BIGINT NOT NULL,
    total_ms BIGINT NOT NULL,
    PRIMARY KEY (minute, route_group, route, method, status, code)
);

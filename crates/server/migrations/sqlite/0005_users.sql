ALTER TABLE users ADD COLUMN display_name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN username TEXT;
ALTER TABLE users ADD COLUMN username_key TEXT;
ALTER TABLE users ADD COLUMN twitch_username TEXT;
ALTER TABLE users ADD COLUMN twitch_key TEXT;
ALTER TABLE users ADD COLUMN ban_reason TEXT;
ALTER TABLE users ADD COLUMN banned_at TEXT;
ALTER TABLE users ADD COLUMN banned_by BIGINT REFERENCES users (id);
ALTER TABLE users ADD COLUMN ban_expires_at TEXT;
ALTER TABLE users ADD COLUMN suspended_by BIGINT REFERENCES users (id);
ALTER TABLE users ADD COLUMN suspend_reason TEXT;
ALTER TABLE users ADD COLUMN deleted_by BIGINT REFERENCES users (id);
ALTER TABLE users ADD COLUMN anonymized_at TEXT;
ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
UPDATE users SET display_name_key = lower(display_name);
CREATE INDEX users_by_created ON users (created_at, id);
-- Whoever never signed in stands before the first who did; queries spell the expression the same way.
CREATE INDEX users_by_last_login ON users (coalesce(last_login_at, '0001-01-01T00:00:00+00:00'), id);
CREATE INDEX users_by_updated ON users (updated_at, id);
CREATE INDEX users_by_name ON users (display_name_key);
CREATE UNIQUE INDEX users_by_username ON users (username_key);
CREATE UNIQUE INDEX users_by_twitch ON users (twitch_key);
CREATE INDEX users_by_ban_end ON users (ban_expires_at) WHERE is_banned AND ban_expires_at IS NOT NULL;
-- The few accounts that are not in use: by age for lists, and the shut-out by since when.
CREATE INDEX users_shut_out ON users (created_at, id) WHERE is_banned OR suspended_at IS NOT NULL;
CREATE INDEX users_shut_out_since ON users (
    coalesce(CASE WHEN is_banned THEN banned_at ELSE suspended_at END, created_at), id
) WHERE is_banned OR suspended_at IS NOT NULL;
CREATE INDEX users_gone ON users (created_at, id)
    WHERE deleted_at IS NOT NULL OR anonymized_at IS NOT NULL;

CREATE TABLE profiles (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    avatar TEXT,
    bio TEXT,
    phone TEXT,
    country TEXT,
    verified_at TEXT,
    verified_by BIGINT REFERENCES users (id)
);

CREATE TABLE ban_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    action TEXT NOT NULL CHECK (action IN ('ban', 'unban', 'auto_unban')),
    reason TEXT NOT NULL,
    actor_id BIGINT REFERENCES users (id),
    duration_hours BIGINT,
    expires_at TEXT,
    request_id TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX ban_history_by_user ON ban_history (user_id, id);

-- Who an account is to the OpenID provider: the issuer and its subject, which never changes, not the e-mail.
ALTER TABLE users ADD COLUMN oidc_issuer TEXT;
ALTER TABLE users ADD COLUMN oidc_subject TEXT;
CREATE UNIQUE INDEX users_by_oidc_subject ON users (oidc_subject, oidc_issuer) WHERE oidc_subject IS NOT NULL;
-- How a session was opened, and how the one that a challenge leads to will have been.
ALTER TABLE sessions ADD COLUMN opened_by TEXT NOT NULL DEFAULT 'password' CHECK (opened_by IN ('password', 'oidc'));
ALTER TABLE login_challenges ADD COLUMN opened_by TEXT NOT NULL DEFAULT 'password' CHECK (opened_by IN ('password', 'oidc'));
-- ID tokens that have signed somebody in, until they end: each does so once.
CREATE TABLE used_id_tokens (
    hash BLOB PRIMARY KEY,
    expires_at TEXT NOT NULL
);
CREATE INDEX used_id_tokens_by_end ON used_id_tokens (expires_at);
-- Where there are accounts already, nobody becomes an admin by being the first to sign in.
INSERT INTO settings (key, value) SELECT 'bootstrap_done', 'before' WHERE EXISTS (SELECT 1 FROM users);

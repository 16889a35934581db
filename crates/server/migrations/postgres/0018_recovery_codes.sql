-- What lets somebody in who has lost their authenticator: hashes of the codes that are still good. A code that
-- was used is gone, so of two sign-ins with it one finds nothing.
CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL REFERENCES users (id),
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

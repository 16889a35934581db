-- What an account was called before an operator changed it: kept until the person is erased, so that what was written
-- under the name of before is found.
CREATE TABLE former_names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    replaced_at TEXT NOT NULL,
    replaced_by BIGINT NOT NULL REFERENCES users (id)
);
CREATE INDEX former_names_by_user ON former_names (user_id, id);

CREATE TABLE saved_filters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id BIGINT NOT NULL REFERENCES users (id),
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (owner_id, resource, name)
);
CREATE INDEX saved_filters_shared ON saved_filters (resource, name) WHERE shared;

-- Who is at work on an item of a queue. What has ended stays until it is purged or taken anew: a claim counts
-- while its time runs and its session is good.
CREATE TABLE claims (
    queue TEXT COLLATE "C" NOT NULL,
    object_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    taken_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (queue, object_id)
);
CREATE INDEX claims_by_session ON claims (session_id);
CREATE INDEX claims_by_end ON claims (ends_at);

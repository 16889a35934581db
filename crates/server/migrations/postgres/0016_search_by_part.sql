-- Accounts are found by any part of e-mail, name or handle. What is searched stands in a table of its own: every
-- index of an account is written when it is banned, and the one of trigrams is the dearest of all.
SET LOCAL statement_timeout = 0;
SET LOCAL maintenance_work_mem = '256MB';

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE user_search (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    text TEXT COLLATE "C" NOT NULL
);
CREATE FUNCTION user_search_text(email_key text, display_name_key text, username_key text, twitch_key text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT email_key || E'\n' || display_name_key || E'\n' || coalesce(username_key, '') || E'\n'
        || coalesce(twitch_key, '')
$$;
INSERT INTO user_search (user_id, text)
SELECT id, user_search_text(email_key, display_name_key, username_key, twitch_key) FROM users;
-- A short list of what is not sorted in yet keeps both the write that sorts it in and searches, which read it
-- through, short.
CREATE INDEX user_search_trigrams ON user_search USING gin (text gin_trgm_ops) WITH (gin_pending_list_limit = 512);

CREATE FUNCTION user_search_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO user_search (user_id, text)
    SELECT id, user_search_text(email_key, display_name_key, username_key, twitch_key) FROM made;
    RETURN NULL;
END $$;
CREATE TRIGGER user_search_of_new AFTER INSERT ON users
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION user_search_add();

CREATE FUNCTION user_search_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE user_search
    SET text = user_search_text(new.email_key, new.display_name_key, new.username_key, new.twitch_key)
    WHERE user_id = new.id;
    RETURN NULL;
END $$;
CREATE TRIGGER user_search_of_changed AFTER UPDATE OF email_key, display_name_key, username_key, twitch_key ON users
    FOR EACH ROW
    WHEN ((old.email_key, old.display_name_key, old.username_key, old.twitch_key)
        IS DISTINCT FROM (new.email_key, new.display_name_key, new.username_key, new.twitch_key))
    EXECUTE FUNCTION user_search_change();

-- The log of requests is found by whom it was on, by words of what was sent, and by time. Adding the columns
-- touches no row; rows of before become searchable by a job that goes back through them step by step.
SET LOCAL statement_timeout = 0;

ALTER TABLE admin_action_log
    ADD COLUMN targets TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN words TEXT COLLATE "C" NOT NULL DEFAULT '';
INSERT INTO settings (key, value)
SELECT 'action_log_unsearchable_to', CAST(max(id) AS TEXT) FROM admin_action_log HAVING max(id) IS NOT NULL;

CREATE INDEX action_log_by_time ON admin_action_log (created_at, id);
-- Few requests are refused and few methods are rare: the others do not pay for these.
CREATE INDEX action_log_refused ON admin_action_log (created_at, id, status) WHERE status >= 400;
CREATE INDEX action_log_rare_methods ON admin_action_log (created_at, id, method)
    WHERE method NOT IN ('POST', 'PATCH');
-- Queries spell the expressions the same way. A short list of what is not sorted in yet keeps both the write
-- that sorts it in and searches, which read it through, short.
CREATE INDEX action_log_searched ON admin_action_log USING gin (
    string_to_array(targets, ' '), array_to_tsvector(string_to_array(words, ' '))
) WITH (gin_pending_list_limit = 512);

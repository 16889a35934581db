-- The log of requests is found by whom it was on, by words of what was sent, and by time. Adding the columns
-- touches no row; rows of before become searchable by a job that goes back through them step by step.
ALTER TABLE admin_action_log ADD COLUMN targets TEXT NOT NULL DEFAULT '';
ALTER TABLE admin_action_log ADD COLUMN words TEXT NOT NULL DEFAULT '';
INSERT INTO settings (key, value)
SELECT 'action_log_unsearchable_to', CAST(max(id) AS TEXT) FROM admin_action_log HAVING max(id) IS NOT NULL;

CREATE INDEX action_log_by_time ON admin_action_log (created_at, id);
-- Few requests are refused and few methods are rare: the others do not pay for these.
CREATE INDEX action_log_refused ON admin_action_log (created_at, id, status) WHERE status >= 400;
CREATE INDEX action_log_rare_methods ON admin_action_log (created_at, id, method)
    WHERE method NOT IN ('POST', 'PATCH');

-- The words are made by the server: letters and digits in lower case, and `field=value`.
CREATE VIRTUAL TABLE admin_action_words USING fts5 (
    targets, words, content = 'admin_action_log', content_rowid = 'id',
    tokenize = "ascii tokenchars '=_'", detail = column, columnsize = 0
);
INSERT INTO admin_action_words (admin_action_words) VALUES ('rebuild');
CREATE TRIGGER admin_action_words_of_new AFTER INSERT ON admin_action_log BEGIN
    INSERT INTO admin_action_words (rowid, targets, words) VALUES (new.id, new.targets, new.words);
END;
CREATE TRIGGER admin_action_words_of_changed AFTER UPDATE OF targets, words ON admin_action_log BEGIN
    INSERT INTO admin_action_words (admin_action_words, rowid, targets, words)
        VALUES ('delete', old.id, old.targets, old.words);
    INSERT INTO admin_action_words (rowid, targets, words) VALUES (new.id, new.targets, new.words);
END;
CREATE TRIGGER admin_action_words_of_gone AFTER DELETE ON admin_action_log BEGIN
    INSERT INTO admin_action_words (admin_action_words, rowid, targets, words)
        VALUES ('delete', old.id, old.targets, old.words);
END;

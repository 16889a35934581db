-- Accounts are found by any part of e-mail, name or handle: an index of the trigrams of what is searched, which
-- holds only which account has which, and is written only where one of these texts changes.
CREATE VIRTUAL TABLE user_search USING fts5 (
    email_key, display_name_key, username_key, twitch_key, content = 'users', content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);
-- What is taken out is overwritten at once, and not kept beside a mark that it is gone.
INSERT INTO user_search (user_search, rank) VALUES ('secure-delete', 1);
INSERT INTO user_search (user_search) VALUES ('rebuild');
CREATE TRIGGER user_search_of_new AFTER INSERT ON users BEGIN
    INSERT INTO user_search (rowid, email_key, display_name_key, username_key, twitch_key)
        VALUES (new.id, new.email_key, new.display_name_key, new.username_key, new.twitch_key);
END;
CREATE TRIGGER user_search_of_changed AFTER UPDATE OF email_key, display_name_key, username_key, twitch_key ON users
WHEN (old.email_key, old.display_name_key, old.username_key, old.twitch_key)
    IS NOT (new.email_key, new.display_name_key, new.username_key, new.twitch_key)
BEGIN
    INSERT INTO user_search (user_search, rowid, email_key, display_name_key, username_key, twitch_key)
        VALUES ('delete', old.id, old.email_key, old.display_name_key, old.username_key, old.twitch_key);
    INSERT INTO user_search (rowid, email_key, display_name_key, username_key, twitch_key)
        VALUES (new.id, new.email_key, new.display_name_key, new.username_key, new.twitch_key);
END;
CREATE TRIGGER user_search_of_gone AFTER DELETE ON users BEGIN
    INSERT INTO user_search (user_search, rowid, email_key, display_name_key, username_key, twitch_key)
        VALUES ('delete', old.id, old.email_key, old.display_name_key, old.username_key, old.twitch_key);
END;

-- What applications are searched by stands apart: a decision then writes no index of names and e-mails.
CREATE TABLE application_search (
    application_id INTEGER PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
    name_key TEXT NOT NULL,
    email_key TEXT NOT NULL
);
INSERT INTO application_search (application_id, name_key, email_key)
SELECT id, name_key, email_key FROM applications;
CREATE INDEX application_search_by_name ON application_search (name_key, application_id);
CREATE INDEX application_search_by_email ON application_search (email_key, application_id);
DROP INDEX applications_by_name;
DROP INDEX applications_by_email;
ALTER TABLE applications DROP COLUMN name_key;
ALTER TABLE applications DROP COLUMN email_key;

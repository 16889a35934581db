-- Words of machines (statuses, codes, keys, ids) compare by their bytes, as SQLite compares them. The order of
-- a language, which a database often has by default, made every look into these indexes several times as
-- dear, and an upgrade of the system's locales could have broken them. Only the indexes are made anew.
SET LOCAL statement_timeout = 0;

ALTER TABLE admin_audit_log
    ALTER COLUMN scope TYPE TEXT COLLATE "C",
    ALTER COLUMN action_code TYPE TEXT COLLATE "C",
    ALTER COLUMN target_type TYPE TEXT COLLATE "C",
    ALTER COLUMN target_id TYPE TEXT COLLATE "C",
    ALTER COLUMN request_id TYPE TEXT COLLATE "C";
ALTER TABLE audit_heads ALTER COLUMN scope TYPE TEXT COLLATE "C";
ALTER TABLE admin_action_log
    ALTER COLUMN request_id TYPE TEXT COLLATE "C",
    ALTER COLUMN route TYPE TEXT COLLATE "C";
ALTER TABLE request_stats
    ALTER COLUMN route_group TYPE TEXT COLLATE "C",
    ALTER COLUMN method TYPE TEXT COLLATE "C",
    ALTER COLUMN route TYPE TEXT COLLATE "C",
    ALTER COLUMN code TYPE TEXT COLLATE "C";
ALTER TABLE applications ALTER COLUMN status TYPE TEXT COLLATE "C";
ALTER TABLE user_reports ALTER COLUMN status TYPE TEXT COLLATE "C";
ALTER TABLE data_requests ALTER COLUMN status TYPE TEXT COLLATE "C";
ALTER TABLE idempotency_keys ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE otp_grants ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE sign_in_attempts ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE settings ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE jobs ALTER COLUMN name TYPE TEXT COLLATE "C";
ALTER TABLE user_roles ALTER COLUMN role TYPE TEXT COLLATE "C";
ALTER TABLE user_permissions ALTER COLUMN permission_key TYPE TEXT COLLATE "C";
ALTER TABLE permissions ALTER COLUMN key TYPE TEXT COLLATE "C";

-- What applications are searched by stands apart: a decision then writes no index of names and e-mails.
CREATE TABLE application_search (
    application_id BIGINT PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
    name_key TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL
);
INSERT INTO application_search (application_id, name_key, email_key)
SELECT id, name_key, email_key FROM applications;
CREATE INDEX application_search_by_name ON application_search (name_key, application_id);
CREATE INDEX application_search_by_email ON application_search (email_key, application_id);
ALTER TABLE applications
    DROP COLUMN name_key,
    DROP COLUMN email_key,
    -- Who decides is the caller, whose account the same transaction holds: a check for each of a thousand
    -- rows finds nothing else.
    DROP CONSTRAINT applications_decided_by_fkey;

-- The code of the reason beside its words. Decisions of before have none.
ALTER TABLE applications ADD COLUMN reason_code TEXT;
ALTER TABLE user_reports ADD COLUMN reason_code TEXT;
ALTER TABLE data_requests ADD COLUMN reason_code TEXT;
ALTER TABLE users ADD COLUMN ban_reason_code TEXT;
ALTER TABLE users ADD COLUMN suspend_reason_code TEXT;
ALTER TABLE ban_history ADD COLUMN reason_code TEXT;
-- What `code=` finds, in the order of the lists. Applications have no such index: it would be written with
-- every decision, and their lists filter the rows that are loaded.
CREATE INDEX reports_by_code ON user_reports (reason_code, created_at, id) WHERE reason_code IS NOT NULL;
CREATE INDEX data_requests_by_code ON data_requests (reason_code, deadline, id) WHERE reason_code IS NOT NULL;
CREATE INDEX users_by_ban_code ON users (ban_reason_code, created_at, id) WHERE ban_reason_code IS NOT NULL;

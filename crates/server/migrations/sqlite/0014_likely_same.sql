-- The mailbox that an e-mail reaches: without what follows a `+`, and for Gmail without dots. The expression is
-- that of `users::context`, word for word, or the index is not used.
CREATE INDEX users_by_mailbox ON users ((CASE WHEN instr(email_key, '@') < 2 THEN email_key WHEN substr(email_key, instr(email_key, '@') + 1) IN ('gmail.com', 'googlemail.com') THEN replace(substr(email_key, 1, CASE WHEN instr(email_key, '+') > 1 AND instr(email_key, '+') < instr(email_key, '@') THEN instr(email_key, '+') - 1 ELSE instr(email_key, '@') - 1 END), '.', '') || '@gmail.com' ELSE substr(email_key, 1, CASE WHEN instr(email_key, '+') > 1 AND instr(email_key, '+') < instr(email_key, '@') THEN instr(email_key, '+') - 1 ELSE instr(email_key, '@') - 1 END) || '@' || substr(email_key, instr(email_key, '@') + 1) END), id);

-- What was settled as right about a person.
CREATE INDEX reports_upheld ON user_reports (reported_user_id) WHERE status = 'resolved';

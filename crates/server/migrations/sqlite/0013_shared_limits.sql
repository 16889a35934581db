-- Limits that several processes share: a SQLite file has one.
SELECT 1;

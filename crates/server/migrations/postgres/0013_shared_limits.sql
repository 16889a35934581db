-- Calls that several processes count together where no Redis does. Not logged: a crash forgets a minute of them,
-- and counting costs no flush of the disk.
CREATE UNLOGGED TABLE rate_calls (
    key TEXT COLLATE "C" NOT NULL,
    slot BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    counts_until TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (key, slot)
);
CREATE INDEX rate_calls_by_end ON rate_calls (counts_until);
CREATE UNLOGGED TABLE rate_locks (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    locked_until TIMESTAMPTZ NOT NULL
);

-- Takes a call from each budget, up to the first that is used up; answers how long to wait in milliseconds, 0
-- where each had room. A slot that the window touches counts as a whole.
CREATE FUNCTION take_calls(keys TEXT[], limits BIGINT[], window_ms BIGINT, lock_ms BIGINT)
RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    grain CONSTANT BIGINT := GREATEST(window_ms / 60, 1);
    slots CONSTANT BIGINT := (window_ms + grain - 1) / grain;
    now_ms BIGINT;
    this BIGINT;
    taken BIGINT;
    oldest BIGINT;
    shut_until TIMESTAMPTZ;
BEGIN
    FOR place IN 1 .. cardinality(keys) LOOP
        PERFORM pg_advisory_xact_lock(1363432260, hashtext(keys[place]));
        now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
        this := now_ms / grain;
        IF lock_ms > 0 THEN
            DELETE FROM rate_locks WHERE key = keys[place] AND locked_until <= clock_timestamp();
            SELECT locked_until INTO shut_until FROM rate_locks WHERE key = keys[place];
            IF FOUND THEN
                RETURN GREATEST(ceil(extract(epoch FROM shut_until - clock_timestamp()) * 1000), 1);
            END IF;
        END IF;
        -- Those that lie ahead are of a clock that was set back since.
        DELETE FROM rate_calls
            WHERE key = keys[place] AND (slot < this - slots OR slot > this + slots);
        SELECT COALESCE(sum(calls), 0), min(slot) INTO taken, oldest FROM rate_calls WHERE key = keys[place];
        IF taken >= limits[place] THEN
            IF lock_ms > 0 THEN
                INSERT INTO rate_locks (key, locked_until)
                    VALUES (keys[place], clock_timestamp() + lock_ms * interval '1 millisecond');
                RETURN lock_ms;
            END IF;
            RETURN GREATEST((COALESCE(oldest, this) + slots + 1) * grain - now_ms, 1);
        END IF;
        INSERT INTO rate_calls (key, slot, calls, counts_until)
            VALUES (keys[place], this, 1, clock_timestamp() + 2 * window_ms * interval '1 millisecond')
            ON CONFLICT (key, slot) DO UPDATE SET calls = rate_calls.calls + 1;
    END LOOP;
    RETURN 0;
END
$$;

-- What people ask to be paid out, in whole numbers of the smallest unit of the currency. `transaction_id` is what an
-- approval moved: of each, one and no more.
CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')),
    requested_at TEXT NOT NULL,
    decided_by BIGINT REFERENCES users (id),
    decided_at TEXT,
    reason TEXT,
    reason_code TEXT,
    transaction_id BIGINT REFERENCES transactions (id),
    updated_at TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    CHECK ((status = 'approved') = (transaction_id IS NOT NULL)),
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
CREATE INDEX withdrawals_by_status ON withdrawals (status, requested_at, id);
CREATE INDEX withdrawals_by_age ON withdrawals (requested_at, id);
CREATE INDEX withdrawals_by_user ON withdrawals (user_id, requested_at, id);
CREATE INDEX withdrawals_by_amount ON withdrawals (amount, id);
CREATE INDEX withdrawals_by_decider ON withdrawals (decided_by, requested_at, id) WHERE decided_by IS NOT NULL;
CREATE INDEX withdrawals_by_code ON withdrawals (reason_code, requested_at, id) WHERE reason_code IS NOT NULL;
CREATE UNIQUE INDEX withdrawals_by_transaction ON withdrawals (transaction_id) WHERE transaction_id IS NOT NULL;

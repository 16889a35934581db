-- What operators tell each other about people. A note that was deleted keeps its row, without its words.
CREATE TABLE user_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    note TEXT NOT NULL,
    note_key TEXT NOT NULL,
    risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
    created_by BIGINT NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX user_notes_by_user ON user_notes (user_id, id) WHERE deleted_at IS NULL;
CREATE INDEX user_notes_by_author ON user_notes (created_by, id);

-- What a person holds, and what moved it: whole numbers of the smallest unit of the currency.
CREATE TABLE wallets (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    balance BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('bet', 'payout', 'deposit', 'withdraw', 'adjust')),
    amount BIGINT NOT NULL,
    won BOOLEAN NOT NULL DEFAULT FALSE,
    ref TEXT,
    actor_id BIGINT REFERENCES users (id),
    reason TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX transactions_by_user ON transactions (user_id, kind, amount, won);

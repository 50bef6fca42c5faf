-- Prices and quantities are integers at scale 1e-8; cost and realised_pnl at scale 1e-16.

CREATE TABLE limits (
    account               text PRIMARY KEY,
    max_order_notional    bigint  NOT NULL CHECK (max_order_notional >= 0),
    max_position_notional bigint  NOT NULL CHECK (max_position_notional >= 0),
    max_open_orders       integer NOT NULL CHECK (max_open_orders >= 0),
    enabled               boolean NOT NULL DEFAULT true,
    updated_at            timestamptz NOT NULL DEFAULT now()
);

-- A quantity is a sum without bound, so it is not a bigint.
CREATE TABLE positions (
    account      text NOT NULL,
    symbol       text NOT NULL,
    qty          numeric(39, 0) NOT NULL,
    cost         numeric(39, 0) NOT NULL,
    realised_pnl numeric(39, 0) NOT NULL,
    last_price   bigint NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, symbol)
);

-- Orders that may still be filled; they leave at their end.
CREATE TABLE open_orders (
    id         text PRIMARY KEY,
    account    text NOT NULL,
    symbol     text NOT NULL,
    side       text NOT NULL CHECK (side IN ('buy', 'sell')),
    price      bigint NOT NULL,
    leaves     bigint NOT NULL CHECK (leaves > 0),
    quote      boolean NOT NULL,
    cancelling boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row per signal. orders holds the exact records published for it, so that a signal read again
-- after a crash leads to the same bytes.
CREATE TABLE decisions (
    signal_id  text PRIMARY KEY,
    account    text NOT NULL,
    symbol     text NOT NULL,
    verdict    text NOT NULL CHECK (verdict IN ('approved', 'kept', 'refused')),
    reason     text NOT NULL,
    orders     text[] NOT NULL,
    order_ids  text[] NOT NULL,
    src_partition integer NOT NULL,
    src_offset bigint NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now()
);

-- Where to go on in a topic whose effect is in this database.
CREATE TABLE offsets (
    topic       text NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL,
    last_seq    bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE kill_switch (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    active     boolean NOT NULL DEFAULT false,
    epoch      bigint NOT NULL DEFAULT 0,
    reason     text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO kill_switch DEFAULT VALUES;

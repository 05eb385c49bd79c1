-- Until when each caller's requests are taken in advance, by all replicas of the front door together. A crash of
-- the server empties it, and the limits begin anew.
CREATE UNLOGGED TABLE rate (
    caller bytea PRIMARY KEY,
    until timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE rate IS 'owner: gateway; personal: no, keyed digests of accounts, clients and addresses;
 retention: a minute after the limit has been made up for';

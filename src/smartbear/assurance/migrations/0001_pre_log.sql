-- The proofs of the audit trail: its order, the tree over it, what was signed, and who else has seen that.

-- One row: how far the trail has been put in order. Whoever holds it appends to the tree.
CREATE TABLE log (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    size bigint NOT NULL,
    peaks bytea[] NOT NULL,
    xid xid8 NOT NULL,
    event bigint NOT NULL,
    at timestamptz NOT NULL
);
INSERT INTO log VALUES (true, 0, '{}', '0', 0, '1970-01-01Z');
COMMENT ON TABLE log IS 'owner: assurance; personal: no; retention: for ever';

CREATE TABLE tile (
    level smallint,
    number bigint,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, number)
);
ALTER TABLE tile ALTER hashes SET STORAGE EXTERNAL;  -- hashes cannot be compressed
COMMENT ON TABLE tile IS 'owner: assurance; personal: no (hashes of sealed records); retention: for ever';

-- ids: the events of the leaves from first up to size, in their order; the last is (xid, event).
CREATE TABLE checkpoint (
    size bigint PRIMARY KEY,
    first bigint NOT NULL,
    ids bigint[] NOT NULL,
    xid xid8 NOT NULL,
    event bigint NOT NULL,
    signed_at timestamptz NOT NULL,
    note text NOT NULL
);
CREATE INDEX checkpoint_last ON checkpoint (xid, event);
COMMENT ON TABLE checkpoint IS 'owner: assurance; personal: no; retention: for ever';

-- What became of the latest try to show a witness the latest checkpoint.
CREATE TABLE witness (
    name text PRIMARY KEY,
    size bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('current', 'unreachable', 'refused', 'inconsistent')),
    at timestamptz NOT NULL
);
COMMENT ON TABLE witness IS 'owner: assurance; personal: no; retention: for ever';

CREATE TABLE cosignature (
    size bigint NOT NULL REFERENCES checkpoint,
    witness text NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (size, witness)
);
COMMENT ON TABLE cosignature IS 'owner: assurance; personal: no; retention: for ever';

-- Logs of other installations, as this one saw them last as their witness.
CREATE TABLE witnessed (
    origin text PRIMARY KEY,
    size bigint NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE witnessed IS 'owner: assurance; personal: no; retention: for ever';

CREATE TABLE verification (
    id uuid PRIMARY KEY,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    report jsonb
);
CREATE INDEX verification_asked ON verification (asked_at DESC);
COMMENT ON TABLE verification IS 'owner: assurance; personal: no (accounts of auditors); retention: for ever';

-- The clinical data repository. One row of `resource` is one logical resource and says which version is
-- current; `body` is an append-only log of versions; `obs` and `ix_*` are what searches read, and hold rows of
-- current versions only. `rid` is a number of our own (milliseconds, process, counter; see model/rid.py).
-- Index-only counts need the visibility map, so vacuum follows inserts closely where counts look.
-- No foreign keys: a reference may name what has not arrived yet (a row of version 0 then holds its place).

-- Names that rows refer to by number: resource types, «Type.parameter» keys of indexes, code system addresses.
CREATE TABLE term (
    term_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('type', 'parameter', 'system')),
    name text NOT NULL,
    UNIQUE (kind, name)
);

-- Units as written; '' where a part is absent.
CREATE TABLE unit (
    unit_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system text NOT NULL,
    code text NOT NULL,
    words text NOT NULL,
    UNIQUE (code, system, words)
);
CREATE INDEX unit_words ON unit (words);

-- Numbers of the processes that make rids; reused after 1,024 starts.
CREATE SEQUENCE rid_maker AS int MINVALUE 0 MAXVALUE 1023 START 0 CYCLE;

CREATE TABLE resource (
    rid bigint PRIMARY KEY,
    type_id int NOT NULL,
    ver int NOT NULL,              -- 0: only referred to so far
    upd timestamptz NOT NULL,
    patient bigint,                -- rid of the patient in whose compartment the resource is
    deleted boolean NOT NULL,      -- also true for version 0
    id text COLLATE "C" NOT NULL,
    organisation text,             -- of a Patient: who looks after the person
    digest bytea,                  -- of the content, to notice an update that changes nothing
    UNIQUE (id, type_id)           -- ids of ours grow with time: by type first, pages would stay half empty
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
CREATE INDEX resource_listing ON resource (type_id, rid) WHERE NOT deleted;
CREATE INDEX resource_updated ON resource (type_id, upd) WHERE NOT deleted;  -- a group has one instant, kept once
CREATE INDEX resource_patient ON resource (patient, type_id) WHERE patient IS NOT NULL;
CREATE INDEX resource_organisation ON resource (organisation) WHERE organisation IS NOT NULL;

-- Every version of every resource, and with `xid` the sequence of changes: a reader that stays below
-- pg_snapshot_xmin(pg_current_snapshot()) never skips a late commit.
CREATE TABLE body (
    rid bigint NOT NULL,
    ver int NOT NULL,
    method smallint NOT NULL,      -- how `content` is packed and came about, see store/packing.py and verbs.py
    upd timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    patient bigint,                -- as in `resource`, at that version
    content bytea,                 -- null: this version is the deletion
    PRIMARY KEY (rid, ver)
) PARTITION BY RANGE (rid);
ALTER TABLE body ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX body_changes ON body (xid);
CREATE TABLE body_rest PARTITION OF body DEFAULT;

-- Observations, a row for each coding of the observation and of its components, with the value beside it.
-- Serves code, date, patient, the value-quantity parameters and their composites; see store/observations.py.
-- Status and category, which most share with many others, are rows of `ix_token` under a number for all of them.
CREATE TABLE obs (
    rid bigint NOT NULL,
    patient bigint,                -- rid of the Patient that is the subject
    t0 timestamptz NOT NULL,       -- [t0, t1): effective[x]; -infinity and null where there is none
    t1 timestamptz,
    low double precision,          -- low <= value <= high, as written
    high double precision,
    canonical_low double precision,
    canonical_high double precision,
    traits bigint NOT NULL,        -- what stands for the rid in `ix_token`: from `trait`, or the rid
    system int NOT NULL,           -- term of the code's system, 0 for none
    unit int,                      -- as written; null where there is no value
    canonical int,                 -- unit of the canonical values
    component boolean NOT NULL,    -- the row is a component's
    lead boolean NOT NULL,         -- the one row that stands for the resource
    once boolean NOT NULL,         -- the first of the observation's own rows with this code
    code text COLLATE "C",         -- null where there is none
    words text                     -- folded display and text of all codings, each after a line break
) PARTITION BY RANGE (t0);
CREATE INDEX obs_patient_code ON obs (patient, code, t0, rid);
CREATE INDEX obs_patient ON obs (patient, t0, rid) WHERE lead;
CREATE INDEX obs_code ON obs (code, t0, rid);
CREATE INDEX obs_time ON obs (t0, rid) WHERE lead;
CREATE INDEX obs_rid ON obs (rid);
CREATE INDEX obs_traits ON obs (traits) WHERE lead;
CREATE TABLE obs_rest PARTITION OF obs DEFAULT WITH (autovacuum_vacuum_insert_scale_factor = 0.02);

-- A status and categories that Observations have in common. The number is below zero: it stands where rids do.
CREATE TABLE trait (
    rid bigint GENERATED ALWAYS AS IDENTITY (START WITH -1 INCREMENT BY -1) PRIMARY KEY,
    tokens text NOT NULL UNIQUE    -- JSON: what `ix_token` has under the number
);

-- Generic indexes. `param` is the term of «Type.code»; `part` ties the components of one composite together.
-- Tokens and references have no rid in what they are found by: PostgreSQL then keeps equal keys once.
CREATE TABLE ix_token (
    rid bigint NOT NULL, param int NOT NULL, system int NOT NULL, part smallint NOT NULL,
    code text COLLATE "C", words text
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
CREATE INDEX ix_token_code ON ix_token (param, code, system);
CREATE INDEX ix_token_rid ON ix_token (rid);

CREATE TABLE ix_ref (
    param int NOT NULL, part smallint NOT NULL, rid bigint NOT NULL, target bigint, url text, version text
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
CREATE INDEX ix_ref_target ON ix_ref (target, param) WHERE target IS NOT NULL;
CREATE INDEX ix_ref_url ON ix_ref (param, left(url, 256)) WHERE url IS NOT NULL;
CREATE INDEX ix_ref_rid ON ix_ref (rid);

CREATE TABLE ix_date (
    param int NOT NULL, part smallint NOT NULL, rid bigint NOT NULL, t0 timestamptz NOT NULL, t1 timestamptz NOT NULL
);
CREATE INDEX ix_date_start ON ix_date (param, t0, t1, rid);
CREATE INDEX ix_date_end ON ix_date (param, t1, rid);
CREATE INDEX ix_date_rid ON ix_date (rid, param);

CREATE TABLE ix_text (
    param int NOT NULL, part smallint NOT NULL, rid bigint NOT NULL,
    folded text COLLATE "C" NOT NULL, exact text COLLATE "C" NOT NULL
);
CREATE INDEX ix_text_start ON ix_text (param, left(folded, 64), rid);
CREATE INDEX ix_text_rid ON ix_text (rid, param);

CREATE TABLE ix_number (
    param int NOT NULL, part smallint NOT NULL, rid bigint NOT NULL,
    low double precision NOT NULL, high double precision NOT NULL
);
CREATE INDEX ix_number_value ON ix_number (param, low, rid);
CREATE INDEX ix_number_rid ON ix_number (rid, param);

CREATE TABLE ix_quantity (
    param int NOT NULL, part smallint NOT NULL, rid bigint NOT NULL, unit int NOT NULL, canonical int,
    low double precision NOT NULL, high double precision NOT NULL,
    canonical_low double precision, canonical_high double precision
);
CREATE INDEX ix_quantity_value ON ix_quantity (param, low, rid);
CREATE INDEX ix_quantity_canonical ON ix_quantity (param, canonical, canonical_low, rid)
    WHERE canonical IS NOT NULL;
CREATE INDEX ix_quantity_rid ON ix_quantity (rid, param);

CREATE TABLE ix_uri (
    param int NOT NULL, part smallint NOT NULL, rid bigint NOT NULL, uri text COLLATE "C" NOT NULL
);
CREATE INDEX ix_uri_value ON ix_uri (param, left(uri, 256), rid);
CREATE INDEX ix_uri_rid ON ix_uri (rid, param);

CREATE TABLE ix_position (
    param int NOT NULL, rid bigint NOT NULL, latitude double precision NOT NULL, longitude double precision NOT NULL
);
CREATE INDEX ix_position_rid ON ix_position (rid, param);
CREATE INDEX ix_position_place ON ix_position (param, latitude);

-- How many resources of a type came (+) or went (-) in a group of writes. Their sum is the exact total in the
-- reader's snapshot; a periodic job folds the rows into one.
CREATE TABLE type_delta (type_id int NOT NULL, delta bigint NOT NULL);
CREATE INDEX type_delta_type ON type_delta (type_id) INCLUDE (delta);

COMMENT ON TABLE term IS 'owner: cdr; personal: no; retention: for ever';
COMMENT ON TABLE unit IS 'owner: cdr; personal: no; retention: for ever';
COMMENT ON TABLE trait IS 'owner: cdr; personal: no; retention: for ever';
COMMENT ON TABLE type_delta IS 'owner: cdr; personal: no; retention: until folded';
COMMENT ON TABLE resource IS 'owner: cdr; personal: yes; retention: while the person takes part, then as the pilot''s protocol says;
 access: FHIR read and search; rectification: FHIR update;
 erasure: bodies and index rows are removed, the row stays as a deleted one without digest;
 restriction: predicate in access.py';
COMMENT ON TABLE body IS 'owner: cdr; personal: yes; retention: as its resource, earlier versions included;
 access: FHIR history and vread; rectification: a new version;
 erasure: rows of all versions are removed;
 restriction: predicate in access.py';
COMMENT ON TABLE obs IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_token IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_ref IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_date IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_text IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_number IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_quantity IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_uri IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';
COMMENT ON TABLE ix_position IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';

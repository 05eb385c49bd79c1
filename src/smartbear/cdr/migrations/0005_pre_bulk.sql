-- Exports and imports of many resources, and the files they read and write. See docs/decisions for why the files
-- are here: a piece and how far its job has come are one commit, so a job that is interrupted goes on exactly
-- where it was, whichever machine takes it up.

CREATE TABLE bulk_job (
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('export', 'import')),
    caller text NOT NULL,           -- who started it and alone may see it
    request text NOT NULL,          -- address of the kick-off
    asked jsonb NOT NULL,           -- what to do, with the access of the caller; see model/bulk.py
    begun timestamptz NOT NULL,
    seen pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),  -- an export is of the versions visible then
    tries int NOT NULL DEFAULT 0,   -- also tells a run from one that took over
    touched timestamptz NOT NULL,   -- last sign of progress
    place jsonb,                    -- how far it has come; null: at the beginning
    resources bigint NOT NULL DEFAULT 0,
    ended timestamptz,
    instant timestamptz,            -- of an export that is complete: nothing up to then is missing
    fault text                      -- why it failed
);
CREATE INDEX bulk_job_caller ON bulk_job (caller) WHERE ended IS NULL;

CREATE TABLE bulk_piece (
    job text NOT NULL REFERENCES bulk_job ON DELETE CASCADE,
    file int NOT NULL,
    part int NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('output', 'deleted', 'error', 'input')),
    type text NOT NULL,             -- of the resources; '' where they are mixed
    lines int NOT NULL,
    content bytea NOT NULL,         -- whole lines of NDJSON, one frame of zstd
    PRIMARY KEY (job, file, part)
);
ALTER TABLE bulk_piece ALTER COLUMN content SET STORAGE EXTERNAL;

-- An export walks over what was deleted after it began, an expunge over everything deleted.
CREATE INDEX resource_gone ON resource (type_id, rid) WHERE deleted AND ver > 0;

COMMENT ON TABLE bulk_job IS 'owner: cdr; personal: yes; retention: SMARTBEAR_CDR_BULK_HOURS after its end;
 access: not served, about clients and not about the persons in the files; rectification: not served, transient;
 erasure: with the retention; restriction: predicate in access.py when it runs and at each download';
COMMENT ON TABLE bulk_piece IS 'owner: cdr; personal: yes; retention: as its job;
 access: through the resources it copies; rectification: a new export; erasure: with the job, hours later at most;
 restriction: as its job';

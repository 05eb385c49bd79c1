"""The audit trail's tables, in a schema of their own that no component owns.

A component may insert the two columns that are its own to say, and nothing else: it cannot read, change or
remove anything, nor say when or in which transaction it was.
"""

from smartbear.kit.audit.appending import inserting
from smartbear.kit.db import Connection, role_of

_FOR_ALL = "audit.salts, audit.salt, audit.prepare, audit.carry, audit.carried"
_READERS = ("assurance",)
_ERASERS = ("users",)

_TABLES = """
CREATE SCHEMA audit;
CREATE TABLE audit.event (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 32),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT now(),
    record bytea NOT NULL,
    about bytea[],
    PRIMARY KEY (xid, id, at)
) PARTITION BY RANGE (at);
ALTER TABLE audit.event ALTER record SET STORAGE EXTERNAL;  -- most of it is sealed: nothing to compress
COMMENT ON TABLE audit.event IS 'owner: kit; personal: yes (who did what; about whom is sealed, with a key for
 each person); retention: for ever; access: the person''s own part is opened for the person;
 rectification: none, it is a record of what happened; erasure: the person''s key is deleted, the record
 keeps its hash; restriction: read by auditors and the person alone';
COMMENT ON COLUMN audit.event.record IS 'Canonical JSON: what is hashed and proved.';
COMMENT ON COLUMN audit.event.about IS 'For each sealed part of the record, in their order, the mark of its
 person: found by who has the key, and meaning nothing once it is deleted.';
CREATE TABLE audit.subject_key (
    name bytea PRIMARY KEY,
    salt bytea NOT NULL
);
COMMENT ON TABLE audit.subject_key IS 'owner: kit; personal: yes (salts of the persons'' keys, under names
 that only the deployment''s key leads to); retention: until erasure; access: not served, it says nothing;
 rectification: none, it says nothing; erasure: the row is deleted; restriction: as the trail';
"""

_JOURNALS = """
CREATE TABLE IF NOT EXISTS audit.journal (
    name text PRIMARY KEY,
    carried bigint NOT NULL
);
COMMENT ON TABLE audit.journal IS 'owner: kit; personal: no (how far files of records have been carried here);
 retention: while there is the file';
"""

# A row that somebody else has just made is not seen by the statement's snapshot, hence the second look.
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION audit.salts(names bytea[], proposed bytea[]) RETURNS bytea[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit AS $$
BEGIN  -- not flushed by itself: what is sealed under a salt comes later in the log, and is flushed with it
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO subject_key (name, salt)
    SELECT n.name, n.salt FROM unnest(names, proposed) AS n (name, salt) ORDER BY n.name
    ON CONFLICT DO NOTHING;
    RETURN ARRAY(SELECT k.salt FROM unnest(names) WITH ORDINALITY AS n (name, place)
                 JOIN subject_key k USING (name) ORDER BY n.place);
END $$;
CREATE OR REPLACE FUNCTION audit.salt(name bytea) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = audit
AS $$ SELECT k.salt FROM subject_key k WHERE k.name = $1 $$;
CREATE OR REPLACE FUNCTION audit.forget(names bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = audit
AS $$ DELETE FROM subject_key WHERE name = ANY(names) $$;
CREATE OR REPLACE FUNCTION audit.prepare(days_ahead int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit SET timezone = 'UTC' AS $$
DECLARE day date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('smartbear audit partitions'));
    FOR day IN SELECT now()::date + n FROM generate_series(0, days_ahead) AS n LOOP
        IF to_regclass('audit.event_' || to_char(day, 'YYYYMMDD')) IS NULL THEN
            EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.event FOR VALUES FROM (%L) TO (%L)'
                           ' WITH (toast_tuple_target = 8160)',  -- lists of a page stay in the row
                           'event_' || to_char(day, 'YYYYMMDD'), day, day + 1);
        END IF;
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION audit.carry(
    journal text, begun bigint, until bigint, records bytea[], marks bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit AS $$
DECLARE so_far bigint;
BEGIN
    INSERT INTO journal AS j (name, carried) VALUES (carry.journal, 0) ON CONFLICT DO NOTHING;
    SELECT j.carried INTO so_far FROM journal j WHERE j.name = carry.journal FOR UPDATE;
    IF so_far <> begun OR until = begun THEN
        RETURN so_far;
    END IF;
    {_CARRY};
    UPDATE journal j SET carried = until WHERE j.name = carry.journal;
    RETURN until;
END $$;
CREATE OR REPLACE FUNCTION audit.carried(journal text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = audit
AS $$ DELETE FROM journal j WHERE j.name = carried.journal $$;
REVOKE ALL ON FUNCTION audit.salts, audit.salt, audit.forget, audit.prepare, audit.carry, audit.carried
    FROM PUBLIC;
""".replace("{_CARRY}", inserting("records", "marks"))


async def install(connection: Connection, components: tuple[str, ...]) -> None:
    """Create the schema once and let ``components`` append. Call under the migration lock."""
    async with connection.transaction():
        if not await connection.fetchval("SELECT to_regclass('audit.event')"):
            await connection.execute(_TABLES)
        await connection.execute(_JOURNALS)
        await connection.execute(_FUNCTIONS)
        await connection.execute("SELECT audit.prepare($1)", DAYS_AHEAD)
        for component in components:
            await _grant(connection, component, role_of(component))


async def _grant(connection: Connection, component: str, role: str) -> None:
    await connection.execute(f"GRANT USAGE ON SCHEMA audit TO {role}")
    await connection.execute(f"GRANT INSERT (record, about) ON audit.event TO {role}")
    await connection.execute(f"GRANT EXECUTE ON FUNCTION {_FOR_ALL} TO {role}")
    if component in _READERS:
        await connection.execute(f"GRANT SELECT ON audit.event, audit.subject_key TO {role}")
    if component in _ERASERS:
        await connection.execute(f"GRANT EXECUTE ON FUNCTION audit.forget TO {role}")


DAYS_AHEAD = 30
"""Days for which there is a partition: each process looks after them once a day."""

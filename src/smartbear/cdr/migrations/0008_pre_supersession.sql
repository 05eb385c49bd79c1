-- What a group of writes does to the resources it finds, as functions: each statement in them sees what was
-- committed when the one before it ended, so what is done after waiting for a row is done to what waited there.
-- A test holds the tables named here against those that searches read.

-- Takes back what resources are found by for what is in them.
CREATE FUNCTION discard_content(rids bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    DELETE FROM obs WHERE rid = ANY (rids);
    DELETE FROM ix_token WHERE rid = ANY (rids);
    DELETE FROM ix_ref WHERE rid = ANY (rids);
    DELETE FROM ix_date WHERE rid = ANY (rids);
    DELETE FROM ix_text WHERE rid = ANY (rids);
    DELETE FROM ix_number WHERE rid = ANY (rids);
    DELETE FROM ix_quantity WHERE rid = ANY (rids);
    DELETE FROM ix_uri WHERE rid = ANY (rids);
    DELETE FROM ix_position WHERE rid = ANY (rids);
    DELETE FROM ix_code_system WHERE rid = ANY (rids);
    DELETE FROM ix_concept WHERE rid = ANY (rids);
    DELETE FROM ix_words WHERE rid = ANY (rids);
END $$;

-- Takes back everything resources are found by.
CREATE FUNCTION discard(rids bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM discard_content(rids);
    DELETE FROM ix_subscription WHERE rid = ANY (rids);
END $$;

-- Makes each of `rids` the next version of itself, `vers`, and takes back what those of `discarded` were found
-- by. Fails if somebody else has written one of them since its version was read. Rows are locked in the order
-- in which all writers lock.
CREATE FUNCTION supersede(
    rids bigint[], vers int[], upds timestamptz[], patients bigint[], deletions boolean[], organisations text[],
    digests bytea[], discarded bigint[]
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    changed bigint;
BEGIN
    PERFORM FROM resource r WHERE r.rid = ANY (rids) ORDER BY r.type_id, r.id FOR UPDATE;
    UPDATE resource r SET ver = n.ver, upd = n.upd, patient = n.patient, deleted = n.deleted,
        organisation = n.organisation, digest = n.digest
    FROM unnest(rids, vers, upds, patients, deletions, organisations, digests)
        AS n (rid, ver, upd, patient, deleted, organisation, digest)
    WHERE r.rid = n.rid AND r.ver = n.ver - 1;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed <> cardinality(rids) THEN
        RAISE EXCEPTION 'another version has come in between' USING ERRCODE = 'serialization_failure';
    END IF;
    IF cardinality(discarded) > 0 THEN
        PERFORM discard(discarded);
    END IF;
END $$;

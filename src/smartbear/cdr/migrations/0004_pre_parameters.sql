-- Search parameters that the deployment adds: what its active SearchParameter resources define. Writers index
-- by all of them, searches use those that are ready: every resource has been indexed since.
CREATE TABLE search_parameter (
    rid bigint PRIMARY KEY,        -- of the SearchParameter
    generation int NOT NULL,       -- of the catalogue that first had this definition
    ready boolean NOT NULL,
    definition jsonb NOT NULL      -- as fhir/search/definition.py reads it
);

-- One row. `generation` counts the changes of what has to be indexed, `edition` those of what can be asked.
CREATE TABLE catalogue (generation int NOT NULL, edition int NOT NULL);
INSERT INTO catalogue VALUES (0, 0);

-- A write indexes by the catalogue its process knows. If there is a newer one it is refused, for its rows would
-- lack what the background job, which comes after, believes to be there.
CREATE FUNCTION refuse_old_catalogue() RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RAISE EXCEPTION 'the search parameters have changed' USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

-- Resources that are indexed anew, in the order of their rids: what is beyond `place` is still to be done.
CREATE TABLE reindex_job (
    id text PRIMARY KEY,
    generation int NOT NULL,       -- parameters up to this one are ready when the job has ended
    types int[] NOT NULL,
    started timestamptz NOT NULL,
    ended timestamptz,
    place bigint NOT NULL,
    last bigint NOT NULL,          -- the greatest rid at the start; later resources need no job
    total bigint NOT NULL,
    done bigint NOT NULL,
    errors bigint NOT NULL
);

COMMENT ON TABLE search_parameter IS 'owner: cdr; personal: no; retention: as its SearchParameter';
COMMENT ON TABLE catalogue IS 'owner: cdr; personal: no; retention: for ever';
COMMENT ON TABLE reindex_job IS 'owner: cdr; personal: no; retention: thirty days after its end';

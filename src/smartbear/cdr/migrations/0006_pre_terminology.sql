-- The concepts of stored CodeSystems, for terminology operations and searches: one row for each place a concept
-- has in the hierarchy. Codes are compared in lower case here; where the system is case sensitive, whoever asked
-- compares again. A code of more than 256 characters is not kept.
CREATE TABLE ix_code_system (
    rid bigint PRIMARY KEY, url text COLLATE "C" NOT NULL, version text, name text, case_sensitive boolean NOT NULL
);
CREATE INDEX ix_code_system_url ON ix_code_system (left(url, 256));

CREATE TABLE ix_concept (
    rid bigint NOT NULL,
    position int NOT NULL,         -- in the order of the resource
    code text COLLATE "C" NOT NULL,
    above text COLLATE "C",        -- a code it is directly below; null for one below none
    lead boolean NOT NULL,         -- the one row of the concept that says the rest
    inactive boolean NOT NULL,
    abstract boolean NOT NULL,
    display text,
    detail text                    -- JSON: definition, designations and properties
);
CREATE INDEX ix_concept_code ON ix_concept (rid, lower(code));
CREATE INDEX ix_concept_above ON ix_concept (rid, lower(above)) WHERE above IS NOT NULL;
CREATE INDEX ix_concept_position ON ix_concept (rid, position) WHERE lead;

COMMENT ON TABLE ix_code_system IS 'owner: cdr; personal: no; retention: as resource';
COMMENT ON TABLE ix_concept IS 'owner: cdr; personal: no; retention: as resource';

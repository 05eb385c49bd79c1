-- What a person's Consents say, in the row of the Patient, which searches of others' data look at anyway. Written
-- in the transaction that writes a Consent. Times begin and end by the database's clock.
ALTER TABLE resource
    ADD COLUMN withheld tstzmultirange,   -- of a Patient: when those who give care may not see the data
    ADD COLUMN released tstzmultirange,   -- of a Patient: when research may
    ADD COLUMN consented xid8,            -- the transaction in which they were last worked out
    ADD COLUMN consent_number bigint;     -- the same, in the order in which it happened
CREATE INDEX resource_withheld ON resource (rid) WHERE withheld IS NOT NULL;
CREATE INDEX resource_released ON resource (rid) WHERE released IS NOT NULL;
CREATE INDEX resource_consented ON resource (rid) WHERE consented IS NOT NULL;
CREATE SEQUENCE consent_number AS bigint;

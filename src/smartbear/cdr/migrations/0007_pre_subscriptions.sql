-- Subscriptions. `ix_subscription` is written with the resource and says what its last writer may see; it is
-- the measure of what is sent. `subscription` is how far delivery has come in the sequence of changes that `body`
-- is: everything up to (xid, rid, ver) is done with.
CREATE TABLE ix_subscription (rid bigint PRIMARY KEY, access text NOT NULL);

CREATE TABLE subscription (
    rid bigint PRIMARY KEY,
    ver int NOT NULL,              -- of the resource, when it was last looked at
    active boolean NOT NULL,
    xid xid8 NOT NULL,
    after_rid bigint NOT NULL,
    after_ver int NOT NULL,
    failures int NOT NULL DEFAULT 0,  -- of the notification that comes next
    due timestamptz NOT NULL,      -- not before
    queued timestamptz             -- since when a job is on its way or at work
);

-- Deliverers are told of a change when it is committed, if anybody has subscribed to anything.
CREATE FUNCTION tell_of_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cdr.ix_subscription) THEN
        PERFORM pg_notify('cdr_changes', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER body_told AFTER INSERT ON body FOR EACH STATEMENT EXECUTE FUNCTION tell_of_changes();

COMMENT ON TABLE ix_subscription IS 'owner: cdr; personal: no; retention: as resource';
COMMENT ON TABLE subscription IS 'owner: cdr; personal: no; retention: as resource';

-- Where a person's events are. An index of the trail itself would cost whoever is waiting for an answer four times
-- what the record costs; this is made of many events at once, when they are put in order.
CREATE TABLE sighting (
    mark bytea,
    xid xid8,
    event bigint,
    at timestamptz NOT NULL,
    xids xid8[] NOT NULL,
    ids bigint[] NOT NULL,
    ats timestamptz[] NOT NULL,
    PRIMARY KEY (mark, xid, event)
);
COMMENT ON TABLE sighting IS 'owner: assurance; personal: yes (which events are about whom, under a mark that
 means nothing once the person''s key is erased); retention: as the trail; access: as the trail;
 rectification: none, it follows the trail; erasure: the person''s key is deleted; restriction: as the trail';
COMMENT ON COLUMN sighting.event IS 'With xid, the last of all events that were put in order together.';
COMMENT ON COLUMN sighting.at IS 'When the latest of the person''s was.';

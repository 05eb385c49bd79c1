-- Which messages of participants to their case managers have been taken on, so that one that is sent again is sent
-- once, and so that there are not too many. What they say is in their letter until that has been sent, sealed.
CREATE TABLE message (
    account uuid NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX message_sent ON message (sent_at);
COMMENT ON TABLE message IS 'owner: notifications; personal: yes, that somebody wrote and when, never what;
 retention: seven days; access: on request; rectification: does not apply, nothing is said here;
 erasure: rows of the account deleted; restriction: does not apply';

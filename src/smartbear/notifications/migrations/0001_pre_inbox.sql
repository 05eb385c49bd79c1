-- What was raised, who has it in their inbox, whom it reached, and in which order all that changed.

CREATE TABLE notice (
    id uuid PRIMARY KEY,
    episode_id uuid,
    kind text NOT NULL,
    level text NOT NULL,
    measure text,
    subject uuid NOT NULL,
    participant text NOT NULL,
    organisation_id uuid NOT NULL,
    language text NOT NULL,
    age int NOT NULL,
    sex text NOT NULL,
    conditions jsonb NOT NULL,
    rule jsonb,
    readings jsonb NOT NULL,
    "limit" jsonb,
    undelivered jsonb,
    deadline timestamptz,
    raised_at timestamptz NOT NULL,
    escalate_at timestamptz,
    escalated_at timestamptz,
    muted boolean NOT NULL
);
CREATE INDEX notice_episode ON notice (episode_id);
CREATE INDEX notice_organisation ON notice (organisation_id, raised_at DESC);
CREATE INDEX notice_participant ON notice (participant, raised_at DESC);
CREATE UNIQUE INDEX notice_undelivered ON notice ((undelivered->>'notice_id'), (undelivered->>'to'));
COMMENT ON TABLE notice IS 'owner: notifications; personal: yes; retention: as the clinical record;
 access: GET /api/inbox; rectification: by a further notice, what was said stays said;
 erasure: rows of the participant deleted, with them items, deliveries and changes; restriction: muted';

-- audience: participant | ccm. Each audience has its own state of the same notice.
CREATE TABLE item (
    notice_id uuid NOT NULL REFERENCES notice ON DELETE CASCADE,
    audience text NOT NULL CHECK (audience IN ('participant', 'ccm')),
    state text NOT NULL CHECK (state IN ('pending', 'acknowledged', 'resolved')),
    acknowledged jsonb,
    resolved jsonb,
    PRIMARY KEY (notice_id, audience),
    CHECK (state <> 'acknowledged' OR acknowledged IS NOT NULL),
    CHECK ((state = 'resolved') = (resolved IS NOT NULL))
);
CREATE INDEX item_open ON item (audience, notice_id) WHERE state <> 'resolved';
COMMENT ON TABLE item IS 'owner: notifications; personal: yes; retention: with the notice;
 access: GET /api/inbox; rectification: with the notice; erasure: with the notice; restriction: with the notice';

CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    notice_id uuid NOT NULL REFERENCES notice ON DELETE CASCADE,
    channel text NOT NULL CHECK (channel IN ('app', 'dashboard', 'email')),
    recipient text NOT NULL CHECK (recipient IN ('participant', 'case_manager', 'external_case_manager')),
    message text NOT NULL,
    address text,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'read', 'failed')),
    at timestamptz NOT NULL,
    detail text,
    tries int NOT NULL DEFAULT 0,
    CHECK (address IS NULL OR state = 'pending')
);
CREATE INDEX delivery_notice ON delivery (notice_id);
COMMENT ON TABLE delivery IS 'owner: notifications; personal: yes, the address until the message is on its way;
 retention: with the notice; access: GET /api/inbox; rectification: with the notice;
 erasure: with the notice; restriction: with the notice';

-- The order in which notices changed, for pages that catch up. Writers hold the table lock, so numbers are
-- committed in their order and nobody who has seen one can miss a smaller one.
CREATE TABLE change (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id uuid NOT NULL REFERENCES notice ON DELETE CASCADE,
    at timestamptz NOT NULL
);
CREATE INDEX change_at ON change (at);
COMMENT ON TABLE change IS 'owner: notifications; personal: no; retention: seven days';

-- A notice as each of its audiences sees it; body has the shape of contracts/inbox.py.
CREATE VIEW inbox AS
SELECT i.notice_id, i.audience, i.state, n.organisation_id, n.participant, n.kind, n.level, n.muted, n.raised_at,
       array_position('{red,repeat,warning,notice}'::text[], n.level) AS urgency,
       to_jsonb(n) || jsonb_build_object(
           'created_at', n.raised_at,
           'state', i.state,
           'acknowledged', team.acknowledged,
           'read_by_participant_at', person.acknowledged->'at',
           'resolved', i.resolved,
           'deliveries', coalesce(
               (SELECT jsonb_agg(jsonb_build_object('id', d.id, 'channel', d.channel, 'to', d.recipient,
                    'state', d.state, 'at', d.at, 'detail', d.detail) ORDER BY d.channel, d.recipient, d.id)
                FROM delivery d WHERE d.notice_id = n.id), '[]')) AS body
FROM notice n
JOIN item i ON i.notice_id = n.id
LEFT JOIN item team ON team.notice_id = n.id AND team.audience = 'ccm'
LEFT JOIN item person ON person.notice_id = n.id AND person.audience = 'participant';

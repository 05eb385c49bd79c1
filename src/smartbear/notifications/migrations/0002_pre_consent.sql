-- When a person's data is withheld from those who give care, told by the repository.
CREATE TABLE consent (
    subject uuid PRIMARY KEY,
    number bigint NOT NULL,                -- of the change that said so; news of an earlier one is passed over
    withheld tstzmultirange NOT NULL
);
COMMENT ON TABLE consent IS 'owner: notifications; personal: yes; retention: with the participant;
 access: GET /api/consents; rectification: by a new decision; erasure: by subject; restriction: none';

-- People whose data is withheld now.
CREATE VIEW withheld AS SELECT subject FROM consent WHERE withheld @> now();

-- As before, but the care team sees no notice about a person whose data is withheld.
CREATE OR REPLACE VIEW inbox AS
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
LEFT JOIN item person ON person.notice_id = n.id AND person.audience = 'participant'
WHERE i.audience = 'participant' OR NOT EXISTS (SELECT FROM withheld w WHERE w.subject = n.subject);

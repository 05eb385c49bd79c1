-- What participants agreed to and withdrew. What follows from it about their data is said by the repository.
CREATE TABLE agreement (
    id uuid PRIMARY KEY,
    participant_id text NOT NULL REFERENCES participant ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('care', 'research')),
    given boolean NOT NULL,
    at timestamptz NOT NULL,
    signed date,                           -- on paper, which a case manager holds; null: in the app
    account uuid NOT NULL                  -- who said it, or entered what the paper says
);
CREATE INDEX agreement_participant ON agreement (participant_id, at);
COMMENT ON TABLE agreement IS 'owner: users; personal: yes; retention: with the participant;
 access: GET /api/participants/{id}/consents; rectification: by a new decision;
 erasure: with the participant; restriction: none, it is what restricts';

CREATE TABLE consent (
    subject uuid PRIMARY KEY,
    number bigint NOT NULL,                -- of the change that said so; news of an earlier one is passed over
    withheld tstzmultirange NOT NULL,      -- from those who give care
    released tstzmultirange NOT NULL       -- to research
);
COMMENT ON TABLE consent IS 'owner: users; personal: yes; retention: with the participant;
 access: GET /api/participants/{id}/consents; rectification: by a new decision;
 erasure: by subject; restriction: none, it is what restricts';

INSERT INTO agreement
SELECT gen_random_uuid(), p.id, 'care', p.consent_status = 'given', p.enrolled_at, p.consent_date,
       coalesce((SELECT account FROM care_assignment c WHERE c.participant_id = p.id LIMIT 1), p.subject)
FROM participant p;

DROP VIEW person;
ALTER TABLE participant DROP COLUMN consent_status;
CREATE VIEW person AS
SELECT p.*, l.id AS pilot_id, l.language, l.time_zone, l.muted_conditions,
       json_build_object('id', o.id, 'name', o.name) AS organisation,
       json_build_object('id', l.id, 'name', l.name) AS pilot,
       json_build_object('name', o.name, 'phone', o.phone) AS care_team,
       json_build_object('email', p.email, 'phone', p.phone) AS contact,
       coalesce(c.withheld @> now(), FALSE) AS is_withheld,
       coalesce(c.released @> now(), FALSE) AS is_released,
       json_build_object(
           'date', p.consent_date,
           'status', CASE WHEN c.withheld @> now() THEN 'withdrawn' ELSE 'given' END,
           'research', coalesce(c.released @> now(), FALSE)) AS consent
FROM participant p JOIN organisation o ON o.id = p.organisation_id JOIN pilot l ON l.id = o.pilot_id
LEFT JOIN consent c USING (subject);

-- Who has been erased, or is to be. Subject and account are there while it is under way, and no longer.
CREATE TABLE erasure (
    id uuid PRIMARY KEY,
    participant_id text NOT NULL UNIQUE,
    ground text NOT NULL CHECK (ground IN (
        'no_longer_needed', 'consent_withdrawn', 'objection', 'unlawful', 'legal_obligation')),
    asked_by text NOT NULL,                -- role and account
    asked_at timestamptz NOT NULL,
    agreed_by text,
    agreed_at timestamptz,
    subject uuid,
    account uuid,
    sweeps int NOT NULL DEFAULT 0,
    removed jsonb NOT NULL DEFAULT '{}',   -- component → rows or resources
    left_over bigint NOT NULL DEFAULT 0,   -- resources about several people that still name this one
    ended_at timestamptz
);
COMMENT ON TABLE erasure IS 'owner: users; personal: yes (that somebody of this number was erased, nothing else);
 retention: for ever, it is the evidence of Art. 5(2) GDPR; access: GET /api/erasures by an administrator;
 rectification: none, it is a record of what happened; erasure: none, it is what is left; restriction: administrators';

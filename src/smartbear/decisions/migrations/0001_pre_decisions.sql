-- People, their limits, how they stand, and the episodes that rules have opened about them.

-- The row of a person is the lock under which that person's readings are judged, one batch at a time.
CREATE TABLE person (
    subject uuid PRIMARY KEY,
    organisation uuid,
    known_since date
);
COMMENT ON TABLE person IS 'owner: decisions; personal: yes; retention: with the episodes;
 access: GET /api/participants; rectification: in users; erasure: by subject; restriction: in users';

-- Never changed: a new limit is a new row, so that an old reading keeps the limits of its time.
CREATE TABLE personal_limit (
    subject uuid NOT NULL,
    measure text NOT NULL,
    component text,
    since timestamptz NOT NULL,
    unit text NOT NULL,
    optimal double precision[2] NOT NULL,
    extreme double precision[2] NOT NULL,
    red double precision[2],
    set_by uuid NOT NULL
);
CREATE UNIQUE INDEX personal_limit_history ON personal_limit (subject, measure, component, since)
    NULLS NOT DISTINCT;
COMMENT ON TABLE personal_limit IS 'owner: decisions; personal: yes; retention: ten years after the study;
 access: GET /api/decisions/limits; rectification: a new row; erasure: by subject; restriction: none';

CREATE TABLE standing (
    subject uuid NOT NULL,
    measure text NOT NULL,
    state text,
    since timestamptz NOT NULL,
    last_reading_at timestamptz NOT NULL,
    PRIMARY KEY (subject, measure)
);
COMMENT ON TABLE standing IS 'owner: decisions; personal: yes; retention: with the readings;
 access: GET /api/participants; rectification: derived; erasure: by subject; restriction: derived';

-- rank: 0 read but not judged, 1 optimal, 2 threshold, 3 extreme.
CREATE TABLE day_mark (
    subject uuid NOT NULL,
    day date NOT NULL,
    rank smallint NOT NULL,
    PRIMARY KEY (subject, day)
);
COMMENT ON TABLE day_mark IS 'owner: decisions; personal: yes; retention: with the readings;
 access: GET /api/participants; rectification: derived; erasure: by subject; restriction: derived';

CREATE TABLE episode (
    episode_id uuid PRIMARY KEY,
    subject uuid NOT NULL,
    rule_id text NOT NULL,
    rule_version integer NOT NULL,
    outcome smallint NOT NULL,
    state text NOT NULL,
    sealed boolean NOT NULL DEFAULT false,
    opened_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    answer_id uuid
);
CREATE INDEX episode_subject ON episode (subject, opened_at);
COMMENT ON COLUMN episode.sealed IS 'later readings begin a new episode';
COMMENT ON TABLE episode IS 'owner: decisions; personal: yes; retention: ten years after the study;
 access: GET /api/decisions/episodes; rectification: by new readings; erasure: by subject; restriction: none';

-- The blood pressures rules have seen, kept here because a rule judges sets of them.
CREATE TABLE pressure (
    reading_id uuid PRIMARY KEY,
    subject uuid NOT NULL,
    device_id uuid,
    systolic double precision NOT NULL,
    diastolic double precision NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    episode_id uuid REFERENCES episode
);
CREATE INDEX pressure_subject ON pressure (subject, measured_at);
CREATE INDEX pressure_episode ON pressure (episode_id) WHERE episode_id IS NOT NULL;
COMMENT ON TABLE pressure IS 'owner: decisions; personal: yes; retention: with the readings;
 access: GET /api/measurements; rectification: by new readings; erasure: by subject; restriction: none';

-- Written once and never changed but for the episode a notice belongs to when two become one.
CREATE TABLE notice (
    notice_id uuid PRIMARY KEY,
    episode_id uuid NOT NULL REFERENCES episode,
    kind text NOT NULL,
    level text NOT NULL,
    raised_at timestamptz NOT NULL
);
CREATE INDEX notice_episode ON notice (episode_id);
COMMENT ON TABLE notice IS 'owner: decisions; personal: yes; retention: with the episodes;
 access: GET /api/decisions/episodes; rectification: none, it was sent; erasure: by episode; restriction: none';

-- Written once: what somebody did with a notice.
CREATE TABLE receipt (
    notice_id uuid NOT NULL REFERENCES notice,
    kind text NOT NULL,
    by text NOT NULL,
    account uuid NOT NULL,
    at timestamptz NOT NULL,
    action text,
    note text,
    PRIMARY KEY (notice_id, kind, by)
);
COMMENT ON TABLE receipt IS 'owner: decisions; personal: yes; retention: with the episodes;
 access: GET /api/decisions/episodes; rectification: none, it was done; erasure: by notice; restriction: none';

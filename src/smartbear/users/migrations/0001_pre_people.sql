-- People, the organisations that look after them, and the devices they hold.

CREATE TABLE pilot (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    language text NOT NULL,
    time_zone text NOT NULL,
    muted_conditions text[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE pilot IS 'owner: users; personal: no; retention: for ever';

CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    pilot_id uuid NOT NULL REFERENCES pilot,
    name text NOT NULL UNIQUE,
    phone text NOT NULL
);
COMMENT ON TABLE organisation IS 'owner: users; personal: no; retention: for ever';

CREATE TABLE staff (
    account uuid PRIMARY KEY,
    organisation_id uuid REFERENCES organisation,
    role text NOT NULL,
    name text NOT NULL,
    email text
);
CREATE INDEX staff_organisation ON staff (organisation_id);
COMMENT ON TABLE staff IS 'owner: users; personal: yes; retention: while employed; access: GET /api/me;
 rectification: by an administrator; erasure: with the account; restriction: by removing the role';

-- Month of birth, not day: nothing here needs the day.
CREATE TABLE participant (
    number bigint GENERATED ALWAYS AS IDENTITY,
    id text GENERATED ALWAYS AS
        ('SB-' || lpad(number::text, greatest(4, length(number::text)), '0')) STORED PRIMARY KEY,
    subject uuid NOT NULL UNIQUE,
    account uuid UNIQUE,
    organisation_id uuid NOT NULL REFERENCES organisation,
    birth_month date NOT NULL CHECK (extract(day FROM birth_month) = 1),
    sex text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    status text NOT NULL,
    profiles text[] NOT NULL,
    consent_date date NOT NULL,
    consent_status text NOT NULL CHECK (consent_status IN ('given', 'withdrawn')),
    external_email text,
    enrolled_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX participant_email ON participant (lower(email));
CREATE INDEX participant_organisation ON participant (organisation_id);
COMMENT ON TABLE participant IS 'owner: users; personal: yes; retention: while consented, then as the pilot''s
 protocol says; access: GET /api/participants/{id}; rectification: PATCH /api/participants/{id};
 erasure: row deleted, with it carers, assignments and history; restriction: status withdrawn';

CREATE TABLE carer (
    id uuid PRIMARY KEY,
    participant_id text NOT NULL REFERENCES participant ON DELETE CASCADE,
    name text NOT NULL,
    relation text NOT NULL,
    phone text NOT NULL
);
CREATE INDEX carer_participant ON carer (participant_id);
COMMENT ON TABLE carer IS 'owner: users; personal: yes; retention: with the participant;
 access: GET /api/participants/{id}; rectification: PATCH /api/participants/{id};
 erasure: with the participant or when the list is replaced; restriction: with the participant';

CREATE TABLE care_assignment (
    participant_id text NOT NULL REFERENCES participant ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES staff,
    PRIMARY KEY (participant_id, account)
);
CREATE INDEX care_assignment_account ON care_assignment (account);
COMMENT ON TABLE care_assignment IS 'owner: users; personal: yes; retention: with the participant;
 access: GET /api/participants/{id}; rectification: PATCH /api/participants/{id};
 erasure: with the participant; restriction: with the participant';

CREATE TABLE device (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    organisation_id uuid NOT NULL REFERENCES organisation,
    label text NOT NULL,
    category text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'inactive', 'suspended')),
    UNIQUE (organisation_id, label)
);
COMMENT ON TABLE device IS 'owner: users; personal: no; retention: for ever';

-- A device belongs to at most one participant at any instant. An exclusion constraint over a scalar would need
-- the extension btree_gist; a range of one number does not.
CREATE TABLE device_assignment (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES device,
    device_number bigint NOT NULL REFERENCES device (number),
    participant_id text NOT NULL REFERENCES participant ON DELETE CASCADE,
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CONSTRAINT one_owner_at_a_time EXCLUDE USING gist
        (int8range(device_number, device_number, '[]') WITH &&, during WITH &&)
);
CREATE INDEX device_assignment_device ON device_assignment (device_id);
CREATE INDEX device_assignment_participant ON device_assignment (participant_id);
COMMENT ON TABLE device_assignment IS 'owner: users; personal: yes; retention: with the participant;
 access: GET /api/participants/{id}; rectification: POST /api/participants/{id}/devices;
 erasure: with the participant; restriction: with the participant';

-- A participant with everything that belongs to the person alone.
CREATE VIEW person AS
SELECT p.*, l.id AS pilot_id, l.language, l.time_zone, l.muted_conditions,
       json_build_object('id', o.id, 'name', o.name) AS organisation,
       json_build_object('id', l.id, 'name', l.name) AS pilot,
       json_build_object('name', o.name, 'phone', o.phone) AS care_team,
       json_build_object('email', p.email, 'phone', p.phone) AS contact,
       json_build_object('date', p.consent_date, 'status', p.consent_status) AS consent
FROM participant p JOIN organisation o ON o.id = p.organisation_id JOIN pilot l ON l.id = o.pilot_id;

CREATE VIEW holding AS
SELECT a.participant_id, a.during, lower(a.during) AS assigned_from, upper(a.during) AS assigned_to,
       d.id, d.organisation_id, d.label, d.category, d.status
FROM device_assignment a JOIN device d ON d.id = a.device_id;

-- Readings, the batches they came in, and what queries about them need to know of people and devices.

-- What was received, byte for byte (Zstandard), and the answer that a replay gets again.
CREATE TABLE batch (
    batch_id uuid PRIMARY KEY,
    caller text NOT NULL,
    idempotency_key text NOT NULL,
    digest bytea NOT NULL,
    subject uuid NOT NULL,
    device_id uuid,
    received_at timestamptz NOT NULL,
    payload bytea NOT NULL,
    answer json,
    UNIQUE (caller, idempotency_key)
);
CREATE INDEX batch_subject ON batch (subject);
COMMENT ON TABLE batch IS 'owner: measurements; personal: yes; retention: ten years after the study;
 access: with the readings; rectification: none, it is the source; erasure: by subject; restriction: status of
 the participant stops new batches';

-- A plain table, not partitions by time: the index that keeps readings unique leads with the person, so what is
-- hot is one leaf page for each person and code whatever the age of the rest; erasure goes by person, and
-- nothing is dropped by month. The original platform held 0.6 million readings; 5,000 people with 40 a day
-- make 73 million a year.
CREATE TABLE reading (
    reading_id uuid PRIMARY KEY,
    subject uuid NOT NULL,
    device_id uuid,
    code text NOT NULL,
    measured_at timestamptz NOT NULL,
    utc_offset smallint NOT NULL,
    signature text NOT NULL,
    value double precision,
    unit text,
    components jsonb,
    amount double precision NOT NULL,
    amount2 double precision,
    entry text NOT NULL,
    stored_at timestamptz,
    received_at timestamptz NOT NULL,
    batch_id uuid NOT NULL
);
CREATE UNIQUE INDEX reading_measurement
    ON reading (subject, code, measured_at, device_id, signature) NULLS NOT DISTINCT;
COMMENT ON COLUMN reading.utc_offset IS 'minutes; measured_at in the time of the device';
COMMENT ON COLUMN reading.amount IS 'value or first part, in the first unit of the filter';
COMMENT ON TABLE reading IS 'owner: measurements; personal: yes; retention: ten years after the study;
 access: GET /api/measurements; rectification: a new reading; erasure: by subject; restriction: status of the
 participant stops new readings';

-- One row for each source and day, so that «what has arrived» and «last reading» never count readings.
CREATE TABLE arrival (
    subject uuid NOT NULL,
    day date NOT NULL,
    category text NOT NULL,
    device_id uuid,
    readings integer NOT NULL,
    last_measured_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX arrival_source ON arrival (subject, day, category, device_id) NULLS NOT DISTINCT;
CREATE INDEX arrival_device ON arrival (device_id, day DESC);
COMMENT ON TABLE arrival IS 'owner: measurements; personal: yes; retention: with the readings;
 access: GET /api/measurements/arrivals; rectification: derived; erasure: by subject; restriction: derived';

-- Told by users: which organisation may see a person, and whether readings are still taken.
CREATE TABLE person (
    subject uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    status text NOT NULL
);
CREATE INDEX person_organisation ON person (organisation);
COMMENT ON TABLE person IS 'owner: measurements; personal: yes; retention: with the readings;
 access: GET /api/participants; rectification: in users; erasure: by subject; restriction: status';

-- Told by users: which device was whose, for labels and for what was expected to arrive. Attribution asks users.
CREATE TABLE holding (
    device_id uuid NOT NULL,
    assigned_from timestamptz NOT NULL,
    assigned_to timestamptz,
    subject uuid NOT NULL,
    label text NOT NULL,
    category text NOT NULL,
    PRIMARY KEY (device_id, assigned_from)
);
CREATE INDEX holding_subject ON holding (subject);
COMMENT ON TABLE holding IS 'owner: measurements; personal: yes; retention: with the readings;
 access: GET /api/participants; rectification: in users; erasure: by subject; restriction: in users';

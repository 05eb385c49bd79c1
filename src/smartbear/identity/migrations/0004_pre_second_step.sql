-- What helps whoever has lost the second factor, and letters that go to another address than the account's.
CREATE TABLE recovery_code (
    digest bytea PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at timestamptz NOT NULL
);
CREATE INDEX recovery_code_account ON recovery_code (account);
COMMENT ON TABLE recovery_code IS 'owner: identity; personal: yes; retention: until it is used or made anew;
 access: not served, a secret; rectification: made anew; erasure: with the account; restriction: account disabled';

ALTER TABLE mail_link
    DROP CONSTRAINT mail_link_purpose_check,
    ADD CONSTRAINT mail_link_purpose_check CHECK (purpose IN ('confirm', 'reset', 'address')),
    ADD COLUMN address text;

-- Which privacy notice somebody agreed to who asked for an account.
ALTER TABLE account ADD COLUMN consented_to text;

-- What a person lets a program of somebody else do; programs of the platform itself are not asked about.
ALTER TABLE client ADD COLUMN is_ours boolean NOT NULL DEFAULT false;
CREATE TABLE permission (
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    client text NOT NULL,
    allowed text[] NOT NULL,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (account, client)
);
COMMENT ON TABLE permission IS 'owner: identity; personal: yes; retention: until it is taken back;
 access: with the account''s data; rectification: by the account''s owner; erasure: with the account;
 restriction: account disabled';

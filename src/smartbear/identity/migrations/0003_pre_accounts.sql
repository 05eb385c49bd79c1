-- Accounts that people ask for themselves, and what proves who somebody is beside a password.
ALTER TABLE account
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN given_name text,
    ADD COLUMN family_name text,
    ADD COLUMN language text NOT NULL DEFAULT 'en',
    ADD COLUMN waits_for text CHECK (waits_for IN ('approval', 'email')),
    ADD COLUMN wished_organisation text,
    ADD COLUMN consented_at timestamptz,
    ADD COLUMN totp bytea,
    ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;
CREATE INDEX account_email ON account (lower(email));

CREATE TABLE mail_link (
    digest bytea PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('confirm', 'reset')),
    expires_at timestamptz NOT NULL
);
CREATE INDEX mail_link_account ON mail_link (account);
CREATE INDEX mail_link_expires_at ON mail_link (expires_at);
COMMENT ON TABLE mail_link IS 'owner: identity; personal: yes; retention: until it is used or expires;
 access: not served, transient; rectification: not applicable; erasure: with the account; restriction: expires';

CREATE TABLE half_sign_in (
    digest bytea PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    challenge bytea NOT NULL,
    totp bytea,
    expires_at timestamptz NOT NULL
);
CREATE INDEX half_sign_in_account ON half_sign_in (account);
CREATE INDEX half_sign_in_expires_at ON half_sign_in (expires_at);
COMMENT ON TABLE half_sign_in IS 'owner: identity; personal: yes; retention: ten minutes;
 access: not served, transient; rectification: not applicable; erasure: with the account; restriction: expires';

CREATE TABLE passkey (
    id bytea PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkey_account ON passkey (account);
COMMENT ON TABLE passkey IS 'owner: identity; personal: yes; retention: until removed by the account''s owner;
 access: with the account''s data; rectification: removed and made anew; erasure: with the account;
 restriction: account disabled';

CREATE TABLE account (
    id uuid PRIMARY KEY,
    username text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    email text,
    organisation text,
    pilot text,
    participant text,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX account_username ON account (lower(username));
COMMENT ON TABLE account IS 'owner: identity; personal: yes; retention: until the account is deleted;
 access: with the account''s data; rectification: by an administrator; erasure: row deleted; restriction: disabled';

CREATE TABLE client (
    id text PRIMARY KEY,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE client IS 'owner: identity; personal: no; retention: until deleted by an administrator';

CREATE TABLE signing_key (
    kid text PRIMARY KEY,
    sealed bytea NOT NULL,
    public jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE signing_key IS 'owner: identity; personal: no; retention: until no token signed with it is valid';

CREATE TABLE session (
    digest bytea PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    signed_in_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires_at ON session (expires_at);
COMMENT ON TABLE session IS 'owner: identity; personal: yes; retention: until it expires or is ended;
 access: with the account''s data; rectification: not applicable; erasure: with the account; restriction: ended';

CREATE TABLE token_family (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    client text NOT NULL,
    scope text NOT NULL,
    signed_in_at timestamptz NOT NULL,
    session bytea,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX token_family_account ON token_family (account);
CREATE INDEX token_family_expires_at ON token_family (expires_at);
COMMENT ON TABLE token_family IS 'owner: identity; personal: yes; retention: until it expires;
 access: with the account''s data; rectification: not applicable; erasure: with the account; restriction: revoked';

CREATE TABLE authorization_code (
    digest bytea PRIMARY KEY,
    family uuid NOT NULL REFERENCES token_family ON DELETE CASCADE,
    redirect_uri text NOT NULL,
    challenge text NOT NULL,
    nonce text,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX authorization_code_family ON authorization_code (family);
COMMENT ON TABLE authorization_code IS 'owner: identity; personal: yes; retention: with its family;
 access: with the account''s data; rectification: not applicable; erasure: with the account; restriction: revoked';

CREATE TABLE refresh_token (
    digest bytea PRIMARY KEY,
    family uuid NOT NULL REFERENCES token_family ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_token_family ON refresh_token (family);
COMMENT ON TABLE refresh_token IS 'owner: identity; personal: yes; retention: with its family;
 access: with the account''s data; rectification: not applicable; erasure: with the account; restriction: revoked';

CREATE TABLE failed_sign_in (
    digest bytea PRIMARY KEY,
    failures integer NOT NULL,
    blocked_until timestamptz NOT NULL
);
COMMENT ON TABLE failed_sign_in IS 'owner: identity; personal: yes (a hash of name and address); retention: one day;
 access: not served, transient; rectification: not applicable; erasure: after a day; restriction: not applicable';

-- Clients that run on a server of their own, and those that prove themselves with a key.
ALTER TABLE client
    ALTER COLUMN secret_hash DROP NOT NULL,
    ADD COLUMN keys jsonb,
    ADD COLUMN grants text[] NOT NULL DEFAULT '{client_credentials}',
    ADD COLUMN services text[] NOT NULL DEFAULT '{cdr,measurements}',
    ADD COLUMN redirects text[] NOT NULL DEFAULT '{}',
    ADD COLUMN after_logout text[] NOT NULL DEFAULT '{}',
    ADD COLUMN backchannel_logout text,
    ADD CONSTRAINT client_proves_itself CHECK (secret_hash IS NOT NULL OR keys IS NOT NULL);

CREATE TABLE used_assertion (
    digest bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_assertion_expires_at ON used_assertion (expires_at);
COMMENT ON TABLE used_assertion IS 'owner: identity; personal: no; retention: until the assertion would have expired';

-- A key is published before it signs and after it has stopped, so that nobody meets one they do not know.
ALTER TABLE signing_key ADD COLUMN signs_from timestamptz;
UPDATE signing_key SET signs_from = created_at;
ALTER TABLE signing_key ALTER COLUMN signs_from SET NOT NULL;

-- How a person proved who they are (RFC 8176), and what a client wants to know beyond its scopes.
ALTER TABLE token_family
    ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}',
    ADD COLUMN claims jsonb NOT NULL DEFAULT '{}';
ALTER TABLE session
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}',
    ADD COLUMN browser text NOT NULL DEFAULT '';

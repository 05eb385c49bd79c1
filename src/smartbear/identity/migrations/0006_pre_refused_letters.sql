-- When a mail server has refused a letter to an account's address for good, and which address that was.
ALTER TABLE account
    ADD COLUMN refused_email text,
    ADD COLUMN refused_at timestamptz;

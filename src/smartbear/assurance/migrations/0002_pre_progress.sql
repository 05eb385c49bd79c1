-- When a verification was heard of last: one that is silent has ended without a report.
ALTER TABLE verification ADD COLUMN told_at timestamptz NOT NULL DEFAULT now();

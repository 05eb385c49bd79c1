-- How a case manager heard of a decision, and where what proves it is.
ALTER TABLE agreement
    ADD COLUMN by_telephone boolean NOT NULL DEFAULT FALSE,  -- told, on the date in signed; only withdrawals are
    ADD COLUMN note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    ADD CONSTRAINT agreement_told CHECK (NOT by_telephone OR (NOT given AND signed IS NOT NULL));

-- Histories of a type and of the whole repository are read backwards in time. One transaction writes many
-- rows at one instant, so the index is small: equal keys are stored once.
CREATE INDEX body_updated ON body (upd);

-- Erasing a person takes the changes of the notices away with them: found by notice, not by looking at all.
CREATE INDEX change_notice ON change (notice_id);

-- When a person's data is withheld from those who give care, told by the repository.
CREATE TABLE consent (
    subject uuid PRIMARY KEY,
    number bigint NOT NULL,                -- of the change that said so; news of an earlier one is passed over
    withheld tstzmultirange NOT NULL
);
COMMENT ON TABLE consent IS 'owner: decisions; personal: yes; retention: with the participant;
 access: GET /api/consents; rectification: by a new decision; erasure: by subject; restriction: none';

-- People by the organisation that may see their data now; none while a person's consent is withdrawn.
CREATE VIEW cared AS
SELECT p.subject, CASE WHEN c.withheld @> now() THEN NULL ELSE p.organisation END AS organisation
FROM person p LEFT JOIN consent c USING (subject);

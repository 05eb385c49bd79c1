-- What a resource is found by with `_text` and `_content`: its folded words, each once, between spaces. Only
-- resources with words have a row, and what stands in a patient's record only if it has a narrative or notes:
-- see fhir/search/words.py.
CREATE TABLE ix_words (rid bigint PRIMARY KEY, narrative text, content text NOT NULL);
CREATE INDEX ix_words_narrative ON ix_words USING gin (string_to_array(narrative, ' '));
CREATE INDEX ix_words_content ON ix_words USING gin (string_to_array(content, ' '));

COMMENT ON TABLE ix_words IS 'owner: cdr; personal: yes; retention: as resource; access: as resource;
 rectification: as resource; erasure: with the resource; restriction: as resource';

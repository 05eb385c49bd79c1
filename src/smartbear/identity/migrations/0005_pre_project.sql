-- The project whose pseudonymised data somebody analyses; an administrator says which.
ALTER TABLE account ADD COLUMN project text;

"""Use cases of ``assurance``: order and sign the trail, show it to witnesses, verify it, let it be read."""

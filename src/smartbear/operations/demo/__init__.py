"""``smartbear demo``: the platform with a synthetic pilot to look at.

Owns: the pilot (``pilot.toml``), the generator of plausible readings, and putting both in through the doors
that everybody else uses, so that what one sees is what the platform does.

Refuses to know: the components' tables. A pilot that is already there is left alone.
"""

"""Invariants of data types (https://hl7.org/fhir/R4/datatypes.html)."""

from datetime import datetime

from smartbear.fhir.validation.invariants.rule import Object, Rule, has, has_any, has_choice

_UCUM = "http://unitsofmeasure.org"
_MEALS = {"C", "CM", "CD", "CV"}  # timings that are the meal itself, from which nothing can be offset


def is_ordered(start: object, end: object) -> bool:
    """Whether two dates or times are in order, as far as the coarser of the two tells."""
    if not (isinstance(start, str) and isinstance(end, str)):
        return True
    if "T" in start and "T" in end:
        return datetime.fromisoformat(_without_leap(start)) <= datetime.fromisoformat(_without_leap(end))
    shared = min(len(start.partition("T")[0]), len(end.partition("T")[0]))
    return start[:shared] <= end[:shared]


def _without_leap(text: str) -> str:
    """Second 60 exists in FHIR and not in Python; for an order, 59 is close enough."""
    return text[:17] + "59" + text[19:] if text[17:19] == "60" else text


def _period(value: Object) -> bool:
    return is_ordered(value.get("start"), value.get("end"))


def _range(value: Object) -> bool:
    low, high = value.get("low", {}), value.get("high", {})
    if "value" not in low or "value" not in high:
        return True
    same_unit = low.get("code") == high.get("code") and low.get("unit") == high.get("unit")
    return not same_unit or bool(low["value"] <= high["value"])


def _ratio(value: Object) -> bool:
    both_or_none = ("numerator" in value) == ("denominator" in value)
    return both_or_none and has_any(value, "numerator", "extension")


def _is_ucum(value: Object) -> bool:
    return value.get("system", _UCUM) == _UCUM and (has(value, "code") or not has(value, "value"))


def _offset(value: Object) -> bool:
    return "offset" not in value or ("when" in value and not _MEALS.intersection(value["when"]))


def _needs(name: str, other: str) -> Rule:
    key = {
        "duration": "tim-1",
        "period": "tim-2",
        "periodMax": "tim-6",
        "durationMax": "tim-7",
        "countMax": "tim-8",
    }
    return Rule(key[name], "Timing.repeat", lambda o: not has(o, name) or has(o, other))


RULES: dict[str, tuple[Rule, ...]] = {
    "Extension": (Rule("ext-1", "Extension", lambda o: has(o, "extension") != has_choice(o, "value")),),
    "Attachment": (Rule("att-1", "Attachment", lambda o: not has(o, "data") or has(o, "contentType")),),
    "ContactPoint": (Rule("cpt-2", "ContactPoint", lambda o: not has(o, "value") or has(o, "system")),),
    "Quantity": (Rule("qty-3", "Quantity", lambda o: not has(o, "code") or has(o, "system")),),
    "Period": (Rule("per-1", "Period", _period),),
    "Range": (Rule("rng-2", "Range", _range),),
    "Ratio": (Rule("rat-1", "Ratio", _ratio),),
    "Expression": (Rule("exp-1", "Expression", lambda o: has_any(o, "expression", "reference")),),
    "Age": (Rule("age-1", "Age", lambda o: _is_ucum(o) and o.get("value", 1) > 0),),
    "Distance": (Rule("dis-1", "Distance", _is_ucum),),
    "Duration": (
        Rule(
            "drt-1", "Duration", lambda o: "code" not in o or (o.get("system") == _UCUM and has(o, "value"))
        ),
    ),
    "Count": (
        Rule(
            "cnt-3",
            "Count",
            lambda o: _is_ucum(o) and o.get("code", "1") == "1" and "." not in str(o.get("value", "")),
        ),
    ),
    "Timing.repeat": (
        _needs("duration", "durationUnit"),
        _needs("period", "periodUnit"),
        Rule("tim-4", "Timing.repeat", lambda o: o.get("duration", 0) >= 0),
        Rule("tim-5", "Timing.repeat", lambda o: o.get("period", 0) >= 0),
        _needs("periodMax", "period"),
        _needs("durationMax", "duration"),
        _needs("countMax", "count"),
        Rule("tim-9", "Timing.repeat", _offset),
        Rule("tim-10", "Timing.repeat", lambda o: not (has(o, "timeOfDay") and has(o, "when"))),
    ),
}

"""Invariants of people, organisations, schedules, lists and consent."""

from smartbear.fhir.validation.invariants.datatypes import is_ordered
from smartbear.fhir.validation.invariants.rule import Object, Rule, has, has_any

_UNSCHEDULED = {"proposed", "cancelled", "waitlist"}
_CANCELLED = {"no-show", "cancelled"}


def _at_home(name: str) -> Rule:
    def homes(value: Object) -> list[str]:
        items = enumerate(value.get(name, ()))
        return [f".{name}[{index}].use" for index, item in items if item.get("use") == "home"]

    key = {"address": "org-2", "telecom": "org-3"}[name]
    return Rule(key, f"Organization.{name}", lambda o: not homes(o), homes)


def _appointment_times(value: Object) -> bool:
    return (has(value, "start") and has(value, "end")) or value.get("status") in _UNSCHEDULED


def _deleted(value: Object) -> bool:
    return value.get("mode") == "changes" or not any(has(e, "deleted") for e in value.get("entry", ()))


def _dated(value: Object) -> bool:
    return value.get("mode") == "working" or not any(has(e, "date") for e in value.get("entry", ()))


RULES: dict[str, tuple[Rule, ...]] = {
    "Patient.contact": (
        Rule(
            "pat-1",
            "Patient.contact",
            lambda o: has_any(o, "name", "telecom", "address", "organization"),
        ),
    ),
    "Organization": (
        Rule("org-1", "Organization", lambda o: has_any(o, "identifier", "name")),
        _at_home("address"),
        _at_home("telecom"),
    ),
    "Group": (Rule("grp-1", "Group", lambda o: not has(o, "member") or o.get("actual") is True),),
    "Consent": (Rule("ppc-1", "Consent", lambda o: has_any(o, "policy", "policyRule")),),
    "Appointment": (
        Rule("app-2", "Appointment", lambda o: has(o, "start") == has(o, "end")),
        Rule("app-3", "Appointment", _appointment_times),
        Rule(
            "app-4",
            "Appointment",
            lambda o: not has(o, "cancelationReason") or o.get("status") in _CANCELLED,
        ),
    ),
    "Appointment.participant": (
        Rule("app-1", "Appointment.participant", lambda o: has_any(o, "type", "actor")),
    ),
    "AppointmentResponse": (
        Rule("apr-1", "AppointmentResponse", lambda o: has_any(o, "participantType", "actor")),
    ),
    "AuditEvent.entity": (
        Rule("sev-1", "AuditEvent.entity", lambda o: not (has(o, "name") and has(o, "query"))),
    ),
    "List": (
        Rule("lst-1", "List", lambda o: not (has(o, "emptyReason") and has(o, "entry"))),
        Rule("lst-2", "List", _deleted),
        Rule("lst-3", "List", _dated),
    ),
    "Task": (Rule("inv-1", "Task", lambda o: is_ordered(o.get("authoredOn"), o.get("lastModified"))),),
}

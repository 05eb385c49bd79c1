"""Invariants of questionnaires and their answers."""

from smartbear.fhir.validation.invariants.rule import Object, Rule, has, has_any, has_choice, repeated

_WITH_OPTIONS = {
    *("choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity"),
}
_WITH_LENGTH = {"boolean", "decimal", "integer", "string", "text", "url", "open-choice"}


def _repeated_links(questionnaire: Object) -> list[str]:
    return repeated(questionnaire, "item", "linkId")


def _children(item: Object) -> bool:
    kind = item.get("type")
    return (kind != "group" or has(item, "item")) and (kind != "display" or not has(item, "item"))


def _options(item: Object) -> bool:
    return item.get("type") in _WITH_OPTIONS or not has_any(item, "answerOption", "answerValueSet")


def _initial(item: Object) -> bool:
    return item.get("type") not in {"group", "display"} or not has(item, "initial")


def _not_on_display(key: str, *names: str) -> Rule:
    return Rule(key, "Questionnaire.item", lambda o: o.get("type") != "display" or not has_any(o, *names))


def _exclusive(key: str, one: str, other: str) -> Rule:
    return Rule(key, "Questionnaire.item", lambda o: not (has(o, one) and has(o, other)))


RULES: dict[str, tuple[Rule, ...]] = {
    "Questionnaire": (Rule("que-2", "Questionnaire", lambda o: not _repeated_links(o), _repeated_links),),
    "Questionnaire.item": (
        Rule("que-1", "Questionnaire.item", _children),
        _not_on_display("que-3", "code"),
        _exclusive("que-4", "answerOption", "answerValueSet"),
        Rule("que-5", "Questionnaire.item", _options),
        _not_on_display("que-6", "required", "repeats"),
        Rule("que-8", "Questionnaire.item", _initial),
        _not_on_display("que-9", "readOnly"),
        Rule(
            "que-10",
            "Questionnaire.item",
            lambda o: o.get("type") in _WITH_LENGTH or not has(o, "maxLength"),
        ),
        _exclusive("que-11", "answerOption", "initial"),
        Rule(
            "que-12",
            "Questionnaire.item",
            lambda o: len(o.get("enableWhen", ())) <= 2 or has(o, "enableBehavior"),  # noqa: PLR2004
        ),
        Rule(
            "que-13",
            "Questionnaire.item",
            lambda o: o.get("repeats") is True or len(o.get("initial", ())) <= 1,
        ),
    ),
    "Questionnaire.item.enableWhen": (
        Rule(
            "que-7",
            "Questionnaire.item.enableWhen",
            lambda o: o.get("operator") != "exists" or "answerBoolean" in o or not has_choice(o, "answer"),
        ),
    ),
    "QuestionnaireResponse.item": (
        Rule("qrs-1", "QuestionnaireResponse.item", lambda o: not (has(o, "answer") and has(o, "item"))),
    ),
}

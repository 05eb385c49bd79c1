"""The way in: text → ``Expression``."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from smartbear.fhir.fhirpath.budget import Budget
from smartbear.fhir.fhirpath.compiler import compile_node
from smartbear.fhir.fhirpath.errors import EvaluationError, ExpressionSyntaxError
from smartbear.fhir.fhirpath.frame import Compiled, Environment, Frame, Run
from smartbear.fhir.fhirpath.items import Element, Items, resource_element
from smartbear.fhir.fhirpath.parser import parse
from smartbear.fhir.fhirpath.tree import Node

_LONGEST_KEPT = 500  # characters: expressions come from requests too, and must not fill the memory
_NOTHING_GIVEN = Environment()


class Expression:
    """A compiled expression; it holds nothing of what it was evaluated on."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self._evaluate: Compiled = compile_node(tree)

    def evaluate(
        self, focus: Mapping[str, Any] | Element | None, environment: Environment = _NOTHING_GIVEN
    ) -> Items:
        """Items found from ``focus``: a resource as JSON, or an element of one. Raises ``EvaluationError``.

        Without a focus only literals and variables are there to work on.
        """
        element = focus if focus is None or isinstance(focus, Element) else resource_element(focus)
        context: Items = [] if element is None else [element]
        resource = environment.resource or environment.root or element
        budget = environment.budget or Budget()
        run = Run(context, resource, environment.root or resource, environment, budget)
        try:
            return self._evaluate(Frame(run, context))
        except RecursionError as error:
            raise EvaluationError("The expression is nested too deeply.") from error
        except ArithmeticError as error:
            raise EvaluationError("A number has more digits than can be handled.") from error


def compiled(text: str) -> Expression:
    """Raises ``ExpressionSyntaxError`` or ``ExpressionTypeError``.

    Short expressions are kept for the next call; whoever uses a long one often keeps what is returned.
    """
    return _kept(text) if len(text) <= _LONGEST_KEPT else _compile(text)


def _compile(text: str) -> Expression:
    try:
        return Expression(parse(text))
    except RecursionError as error:
        raise ExpressionSyntaxError("The expression is nested too deeply.") from error


_kept = lru_cache(maxsize=512)(_compile)

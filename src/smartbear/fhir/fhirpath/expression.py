"""The way in: text → ``Expression``, compiled once and kept."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from smartbear.fhir.fhirpath.compiler import compile_node
from smartbear.fhir.fhirpath.errors import EvaluationError, ExpressionSyntaxError
from smartbear.fhir.fhirpath.frame import Compiled, Frame, Run
from smartbear.fhir.fhirpath.items import Element, Items, resource_element
from smartbear.fhir.fhirpath.parser import parse
from smartbear.fhir.fhirpath.tree import Node


class Expression:
    """A compiled expression; it holds nothing of what it was evaluated on."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self._evaluate: Compiled = compile_node(tree)

    def evaluate(
        self,
        focus: Mapping[str, Any] | Element | None,
        *,
        resource: Element | None = None,
        root: Element | None = None,
        variables: Mapping[str, Items] | None = None,
        now: datetime | None = None,
        resolve: Callable[[str], Mapping[str, Any] | None] | None = None,
        trace: Callable[[str, Items], None] | None = None,
    ) -> Items:
        """Items found from ``focus``: a resource as JSON, or an element of ``root``.

        Without a focus only literals are there to work on. See ``frame.Run`` for the rest. Raises
        ``EvaluationError``.
        """
        element = focus if focus is None or isinstance(focus, Element) else resource_element(focus)
        context: Items = [] if element is None else [element]
        resource = resource or root or element
        run = Run(context, resource, root or resource, variables or {}, now, resolve, trace)
        try:
            return self._evaluate(Frame(run, context))
        except RecursionError as error:
            raise EvaluationError("The expression is nested too deeply.") from error


@lru_cache(maxsize=2048)
def compiled(text: str) -> Expression:
    """Raises ``ExpressionSyntaxError`` or ``ExpressionTypeError``."""
    try:
        return Expression(parse(text))
    except RecursionError as error:
        raise ExpressionSyntaxError("The expression is nested too deeply.") from error

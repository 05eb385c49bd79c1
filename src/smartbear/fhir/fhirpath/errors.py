"""Why an expression is refused; all three are the caller's fault and none quotes the resource."""

from smartbear.kit.errors import BadInput


class FHIRPathError(BadInput):
    """The FHIRPath expression cannot be used."""

    code = "fhirpath"


class ExpressionSyntaxError(FHIRPathError):
    """The text is not FHIRPath; the message says at which character."""

    code = "fhirpath_syntax"


class ExpressionTypeError(FHIRPathError):
    """The expression can never work on this type: an unknown name, or an operator on the wrong type."""

    code = "fhirpath_type"


class EvaluationError(FHIRPathError):
    """The expression failed on this resource.

    Several items where one was needed, or values that do not mix.
    """

    code = "fhirpath_evaluation"

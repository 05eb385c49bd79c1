"""Which search parameters there are: those of the core specification, and what a deployment adds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import Parameter, parameters


@dataclass(frozen=True, slots=True, eq=False)  # one is never another
class Catalogue:
    """The core's parameters and, by type and code, those added: ``ready`` ones and ``pending`` ones.

    A pending parameter is indexed in new resources and not yet in all old ones, so no search may use it.
    """

    ready: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)
    pending: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)

    def of(self, resource_type: str | None) -> Mapping[str, Parameter]:
        """Code → parameter that a search of this type may use; for ``None``, those that every type has."""
        core = parameters(resource_type)
        added = self.ready.get(resource_type) if resource_type else _of_all(self.ready)
        return MappingProxyType({**added, **core}) if added else core

    def is_pending(self, resource_type: str | None, code: str) -> bool:
        """Whether the parameter exists and cannot be used yet."""
        return code in self.pending.get(resource_type or "", ())

    def added(self, resource_type: str) -> Mapping[str, Parameter]:
        """Everything beyond the core that resources of this type are indexed by."""
        return {**self.ready.get(resource_type, {}), **self.pending.get(resource_type, {})}


def _of_all(ready: Mapping[str, Mapping[str, Parameter]]) -> Mapping[str, Parameter]:
    """Those that every type has; what they mean is the same in all but for the targets of references."""
    types = definitions.resource_types()
    if not types <= ready.keys():
        return {}
    first, *others = (ready[kind] for kind in sorted(types))
    return {code: one for code, one in first.items() if all(code in other for other in others)}


CORE = Catalogue()

"""A circuit breaker for each component, watched by those who run the platform."""

from collections.abc import Callable

from smartbear.gateway.model.circuit import Circuit
from smartbear.kit import logs, telemetry

_log = logs.get("gateway")


class Breaker:
    """A component's circuit, on this process's clock."""

    def __init__(self, component: str, monotonic: Callable[[], float]) -> None:
        self._component, self._now = component, monotonic
        self._circuit = Circuit()

    def wait(self) -> float:
        """0 if a request may go to the component, else the seconds until one may."""
        return self._circuit.wait(self._now())

    def failed(self) -> None:
        """It has not answered, or by a fault."""
        was_open = self._circuit.is_open
        self._circuit.failed(self._now())
        if self._circuit.is_open and not was_open:
            self._tell("component_given_up", is_open=True)

    def succeeded(self) -> None:
        """It has answered."""
        if self._circuit.has_failed:
            was_open = self._circuit.is_open
            self._circuit.succeeded()
            if was_open:
                self._tell("component_answers_again", is_open=False)

    def _tell(self, event: str, *, is_open: bool) -> None:
        telemetry.CIRCUITS_OPEN.labels(self._component).set(is_open)
        _log.warning(event, component=self._component)

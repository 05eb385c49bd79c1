"""What every typed client of a component shares: the signed scope, and errors that come back as our own."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx
from msgspec.structs import replace

from smartbear.contracts.scope import HEADER, SERVICE, AccessScope, sign
from smartbear.kit import errors
from smartbear.kit.context import Context

_BY_CODE: dict[str, type[errors.PlatformError]] = {
    cls.code: cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, errors.PlatformError)
}


class ComponentClient:
    """A client of one component in the name of another. Batch where you can: a call costs about 0.3 ms."""

    component: ClassVar[str]

    def __init__(self, context: Context) -> None:
        self._context = context
        self._http = context.connect(self.component)
        self._self_scope = AccessScope(role=SERVICE, service=context.component)

    async def request(
        self,
        method: str,
        path: str,
        *,
        scope: AccessScope | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send a request; without ``scope`` it is made in the calling component's own name.

        Raises the member of the error family that the component answered with, or Unavailable.
        """
        answer = await self.send(method, path, scope=scope, headers=headers, **options)
        if answer.is_error:
            raise _error_of(answer)
        return answer

    async def send(
        self,
        method: str,
        path: str,
        *,
        scope: AccessScope | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Like ``request``, but an error is an answer too; raises Unavailable alone.

        A ``scope`` of somebody else's goes on with the name of the component that asks on their behalf.
        """
        speaker = replace(scope, service=self._context.component) if scope else self._self_scope
        signed = sign(speaker, self._context.key("scope"), self._context.clock.now())
        try:
            return await self._http.request(
                method, path, headers={**(headers or {}), HEADER: signed}, **options
            )
        except httpx.TransportError as error:
            raise errors.Unavailable(f"{self.component} does not answer.", retry_after=2) from error

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _error_of(answer: httpx.Response) -> errors.PlatformError:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    cls = _BY_CODE.get(problem.get("code", ""), errors.PlatformError)
    faults = tuple(errors.FieldError(**fault) for fault in problem.get("errors", ()))
    wait = answer.headers.get("retry-after", "")
    return cls(problem.get("detail"), errors=faults, retry_after=int(wait) if wait.isdigit() else None)

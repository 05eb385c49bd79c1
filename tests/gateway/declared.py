"""What the components' applications offer, as they declare it themselves."""

from collections.abc import Iterator

from fastapi.routing import APIRoute
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from smartbear.cdr.routes.addresses import methods
from smartbear.cdr.routes.application import ROUTES, FhirApplication
from smartbear.contracts.auditing import Audited
from smartbear.contracts.scope import ScopeMiddleware

_AROUND = {ScopeMiddleware: "_app", Audited: "app"}
"""What stands around an application, and where it holds it."""
ANY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def declared(app) -> Iterator[tuple[str, str]]:
    """Method and path of every route of an application, those of applications within it included."""
    if isinstance(app, Audited):
        app = app.app
    while type(app) in _AROUND:
        app = getattr(app, _AROUND[type(app)])
    if isinstance(app, FhirApplication):
        yield "WEBSOCKET", "/fhir/websocket"
        for shape, offered in ROUTES.items():
            yield from ((method, "/".join(("/fhir", *shape))) for method in methods(offered))
        return
    for route in app.routes:
        yield from _of(route)


def _of(route) -> Iterator[tuple[str, str]]:
    match route:
        case Mount(app=StaticFiles()):
            yield from ((method, route.path) for method in ("GET", "HEAD"))
        case Mount():
            yield from ((method, route.path + path) for method, path in declared(route.app))
        case WebSocketRoute():
            yield "WEBSOCKET", route.path
        case APIRoute():
            yield from ((method, route.path) for method in sorted(route.methods))
        case Route() if type(route.endpoint) in _AROUND or hasattr(route.endpoint, "routes"):
            yield from declared(route.endpoint)
        case Route():
            yield from ((method, route.path) for method in sorted(route.methods or ANY))
        case _ if hasattr(route, "original_router"):  # as FastAPI keeps what it includes
            prefix = route.include_context.prefix
            yield from ((method, prefix + path) for method, path in declared(route.original_router))
        case _:
            raise AssertionError(f"a route of a kind nobody thought of: {route}")

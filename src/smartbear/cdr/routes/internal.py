"""``/internal``: what only components may ask."""

from typing import Annotated

from fastapi import Depends, FastAPI

from smartbear.cdr.actions.consent import keep
from smartbear.cdr.actions.erase import erase
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.erasure import PATH, Erased, Erasing
from smartbear.contracts.events import ConsentChanged, ParticipantConsented
from smartbear.contracts.scope import SERVICE, AccessScope, require
from smartbear.kit import problems


def internal_application(repository: Repository) -> FastAPI:
    """The routes, bound to what they need; errors are problem details, as between components."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)

    @app.put("/internal/consents")
    async def consents(
        said: ParticipantConsented, _: Annotated[AccessScope, Depends(require(SERVICE))]
    ) -> ConsentChanged:
        """Keep what a participant said: when this is answered, it holds for every question to come."""
        return await keep(repository, said)

    @app.post(PATH)
    async def erase_person(person: Erasing, _: Annotated[AccessScope, Depends(require(SERVICE))]) -> Erased:
        """Remove a part of somebody's record for good."""
        return await erase(repository, person)

    return app

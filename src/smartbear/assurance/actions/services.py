"""What the use cases share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from smartbear.assurance.model.notes import LOG, WITNESS, BadNote, Verifier
from smartbear.assurance.settings import AssuranceSettings
from smartbear.assurance.store.files import Files
from smartbear.assurance.store.signing import Signers
from smartbear.contracts.users import UsersClient
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput


@dataclass(frozen=True, slots=True)
class Services:
    """The component's dependencies, with the keys it signs with."""

    context: Context
    settings: AssuranceSettings
    signers: Signers
    users: UsersClient
    witnesses: Mapping[str, Verifier]
    """Who is shown this log: address → key."""
    witnessed: Mapping[str, Verifier]
    """Whose log this installation is a witness of: origin → key."""
    trusted: Sequence[Verifier]
    """What checkpoints of this log are signed with, today and formerly."""

    @classmethod
    def of(cls, context: Context, settings: AssuranceSettings | None = None) -> Self:
        """As the settings say, or BadInput; a signing key is made if there is none."""
        settings = settings or AssuranceSettings()
        signers = Signers.of(settings, context.settings.home)
        try:
            witnesses = {url: _key(key, WITNESS) for url, key in settings.witnesses.items()}
            others = [_key(key, LOG) for key in settings.witnessed]
            former = [_key(key, LOG) for key in settings.former_keys]
        except BadNote as error:
            raise BadInput(f"The settings of assurance are not valid. {error}") from error
        watched = {key.name: key for key in others}
        trusted = [signers.log.verifier, *former]
        return cls(context, settings, signers, UsersClient(context), witnesses, watched, trusted)

    @property
    def files(self) -> Files:
        """Where this log's checkpoints are kept as files; each key has a folder of its own."""
        folder = self.settings.witness_folder or self.context.settings.home / "witness"
        return Files(folder / self.signers.log.verifier.id.hex())

    async def close(self) -> None:
        """Give the connections to neighbours back."""
        await self.users.close()


def _key(text: str, kind: int) -> Verifier:
    key = Verifier.parse(text)
    if key.kind != kind:
        raise BadNote("A log's key and a witness's are of different types; one is in the place of the other.")
    return key

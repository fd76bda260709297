"""The sealed content of one application, with what the rules are told beside it: one reading for every check."""

from dataclasses import dataclass
from datetime import date

from infra.database.connection import Database
from infra.dossiers import Collected, case_of, collected, dossier
from infra.elsewhere import Elsewhere
from infra.keys import DataKey, KeyRing
from infra.plans_behind import plans_behind
from schemas.dossier import Dossier
from schemas.elsewhere import CaseElsewhere
from schemas.maps import ProcedureMap
from schemas.plans_behind import PlanBehind


@dataclass(frozen=True)
class Content:
    """What was handed in under its key, what other open applications say, and the plans behind the persons."""

    key: DataKey
    everything: Collected
    others: tuple[CaseElsewhere, ...]
    plans: tuple[PlanBehind, ...]

    def under(self, ready: ProcedureMap, as_of: date, channel: str | None) -> Dossier:
        """The dossier that rules of this map are asked about; `channel` is None while it is open."""
        facts = dossier(self.everything, ready, as_of)
        beside = {"elsewhere": self.others, "plans": self.plans, "channel": channel}
        return facts.model_copy(update=beside)


class Contents:
    """Reads contents; one for a worker, whose checks share the index of open applications."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database = database
        self._keys = keys
        self._elsewhere = Elsewhere(keys)

    async def of(self, number: str, organisation_id: str) -> Content:
        """All of one application. Raises KeyRefused when it can't be opened, Refused `not_found`."""
        key = await self._keys.key_for(number)
        async with self._database.as_worker() as connection:
            case = await case_of(connection, number, organisation_id)
            everything = await collected(connection, case, key, sealed_only=True)
            others = await self._elsewhere.about(connection, everything)
            plans = await plans_behind(connection, self._keys, everything)
        return Content(key, everything, others, plans)

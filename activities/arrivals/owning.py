"""Everything that came is somebody's: what no match gives to a handler goes to whoever may record results and has least."""

from collections import Counter

from sqlalchemy import update

from infra.database.connection import Database
from infra.database.tables import arrival
from infra.waiting_arrivals import waiting_arrivals, who_may_record_results
from schemas.arrival_owners import owner_for


class Owning:
    """Gives owners to arrivals that have none, or whose handler has left; whom a person has named stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give_owners(self) -> int:
        """Give each an owner; answers how many got one. Where nobody may record results they stay nobody's."""
        async with self._database.as_worker() as connection:
            waiting = await waiting_arrivals(connection)
            able = await who_may_record_results(connection)
            loads = dict.fromkeys(able, 0)
            loads |= Counter(each.owner for each in waiting if each.owner and each.owner in loads)
            given = 0
            for each in waiting:
                to = None if each.is_named or each.owner in loads else owner_for(each.uploaded_by, loads)
                if to is not None:
                    loads[to] += 1
                    given += 1
                    await connection.execute(
                        update(arrival).where(arrival.c.id == each.id).values(handler=to)
                    )
        return given

"""What a draft needs before it can end: that its client was told, and that the mail left the house."""

from datetime import datetime, timedelta

from activities.drafts import Drafts
from tests.ground import Ground

LEFT = "UPDATE notice SET state = 'sent', sent_at = %s WHERE kind = 'draft_ends' AND sent_at IS NULL"


async def tell(ground: Ground, drafts: Drafts, at: datetime) -> int:
    """The desk looks at its drafts, and the mails it writes leave at once; answers how many drafts ended."""
    ended = await drafts.look_at(at)
    with ground.behind_the_desk() as connection:
        connection.execute(LEFT, (at,))
    return ended


async def tell_in_time(ground: Ground, drafts: Drafts, ends_at: datetime) -> None:
    """On both days on which the client of a draft that ends then is to be told."""
    for days in (30, 7):
        await tell(ground, drafts, ends_at - timedelta(days=days))

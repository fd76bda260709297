"""A B A B …: two sides measured in turn in one run, so that what disturbs one disturbs the other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.bench.figures import Spread

Side = Callable[[], Awaitable["Measured"]]


@dataclass(frozen=True)
class Measured:
    """One turn of one side: values by name, and the share of the processors others used meanwhile."""

    values: dict[str, float]
    foreign_share: float


@dataclass
class Pairs:
    """All turns of both sides."""

    ours: list[Measured] = field(default_factory=list)
    theirs: list[Measured] = field(default_factory=list)

    def of_ours(self, name: str) -> Spread:
        """Our side."""
        return Spread.of([turn.values[name] for turn in self.ours])

    def of_theirs(self, name: str) -> Spread:
        """The other side."""
        return Spread.of([turn.values[name] for turn in self.theirs])

    def ratio(self, name: str) -> Spread:
        """Ours by theirs, pair by pair."""
        pairs = zip(self.ours, self.theirs, strict=True)
        return Spread.of([one.values[name] / max(other.values[name], 1e-9) for one, other in pairs])

    @property
    def disturbance(self) -> str:
        """How much of the machine others used, at most and in the middle."""
        shares = Spread.of([turn.foreign_share for turn in (*self.ours, *self.theirs)])
        return f"others {shares.median:.0%}, at most {shares.most:.0%}"

    @property
    def undisturbed(self) -> int:
        """Pairs in which others used less than a tenth of the processors."""
        calm = 0.10
        pairs = zip(self.ours, self.theirs, strict=True)
        return sum(one.foreign_share < calm and other.foreign_share < calm for one, other in pairs)


async def in_turns(ours: Side, theirs: Side, count: int, *, warming_up: bool = True) -> Pairs:
    """One turn of each to warm up, then so many pairs."""
    if warming_up:
        await ours()
        await theirs()
    pairs = Pairs()
    for _ in range(count):
        pairs.ours.append(await ours())
        pairs.theirs.append(await theirs())
    return pairs

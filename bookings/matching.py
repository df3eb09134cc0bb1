"""Which champion sits with whom: a suggestion for one surgery, by topic and level, with an even load.

Of all ways to seat everybody it is the best one, in this order of importance:

1. in every slot the hosts sit with equally many people, give or take one;
2. people sit with somebody who knows what they ask about, the better the level the better, and over the whole
   surgery the load is even. Half a level counts as much as one person more or less.

It is a flow of least cost, found by successive shortest paths: people are seated in the order in which they got their
seats, each along the cheapest chain of moves (`_Seating`), after which the whole is the best there is again. Of chains
that cost the same the one that moves the fewest people is taken. So somebody who comes last moves nobody whose place
is still as good as any: that is what "stable" means here. Why no library does this: docs/adr/0004.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from champions.models import Skill

# What it counts that a host knows a topic, by level. Each level is worth the same; knowing it at all is worth two.
WORTH = {0: 0, Skill.Level.CAN_HELP_A_BEGINNER: 24, Skill.Level.USES_IT_DAILY: 36, Skill.Level.COULD_TEACH_IT: 48}
# Somebody who is at home online already gets little from a host who can help a beginner.
WORTH_TO_THE_EXPERIENCED = WORTH | {Skill.Level.CAN_HELP_A_BEGINNER: 6}
LEAVES_EARLY = 6
LOAD = 6
# More than everything else together can come to, so that nothing outweighs an even table.
TABLE = 1_000_000
# Moving somebody costs next to nothing, which decides between ways that are as good: the least change of anything else
# weighs more than moving everybody.
MOVE = 1
CHANGE = 1_000


@dataclass(frozen=True)
class Person:
    """Somebody with a seat: in which slot, and what they ask about (names of topics)."""

    booking: int
    slot: int
    starts_at: datetime
    ends_at: datetime
    topics: tuple[str, ...] = ()
    # Whether it takes only one of these topics to help them: they could not name one, and ticked what they notice.
    is_any_enough: bool = False
    is_at_home: bool = False
    # The champion with whom the hosts want them to sit, if they have said so.
    chosen: int | None = None


@dataclass(frozen=True)
class Host:
    """A champion who hosts: from when to when, and how well they know which topics (by name)."""

    champion: int
    name: str
    shifts: tuple[tuple[datetime, datetime], ...]
    levels: Mapping[str, int]

    def is_there(self, person: Person) -> bool:
        """Whether they host during some of the person's slot."""
        return any(start < person.ends_at and end > person.starts_at for start, end in self.shifts)

    def stays(self, person: Person) -> bool:
        """Whether they host during the whole of the person's slot."""
        return any(start <= person.starts_at and end >= person.ends_at for start, end in self.shifts)

    def known(self, person: Person) -> dict[str, int]:
        """What they know of what the person asks about, and how well, the best first."""
        known = {topic: self.levels[topic] for topic in person.topics if topic in self.levels}
        return dict(sorted(known.items(), key=lambda item: -item[1]))


def worth(person: Person, host: Host) -> int:
    """How well the host fits the person: the mean over all that they ask about, or the best where any is enough."""
    table = WORTH_TO_THE_EXPERIENCED if person.is_at_home else WORTH
    knows = [table[host.levels.get(topic, 0)] for topic in person.topics] or [0]
    fit = max(knows) if person.is_any_enough else sum(knows) // len(knows)
    return fit - (0 if host.stays(person) else LEAVES_EARLY)


@dataclass(frozen=True)
class Suggestion:
    """Who sits with a person, and everybody who hosts then."""

    person: Person
    host: Host | None
    hosts: tuple[Host, ...]
    # How many people each of the hosts sits with in that slot, and each host in the whole surgery.
    at_table: Mapping[int, int]
    load: Mapping[int, int]

    @property
    def is_chosen(self) -> bool:
        """Whether the hosts said so, rather than we."""
        return self.host is not None and self.host.champion == self.person.chosen

    @property
    def others(self) -> tuple[Host, ...]:
        """Who could sit with them instead."""
        return tuple(host for host in self.hosts if host != self.host)

    @property
    def better(self) -> Host | None:
        """The host who would fit better, if that were all."""
        if self.host is None:
            return None
        best = max(self.hosts, key=lambda host: worth(self.person, host))
        return best if worth(self.person, best) > worth(self.person, self.host) else None

    @property
    def uncovered(self) -> tuple[str, ...]:
        """What they ask about and nobody who hosts then knows."""
        unknown = [topic for topic in self.person.topics if not any(topic in host.levels for host in self.hosts)]
        if self.person.is_any_enough and len(unknown) < len(self.person.topics):
            return ()
        return tuple(unknown)


@dataclass(frozen=True)
class Matching:
    """The suggestion for a whole surgery, in the order of the people that it was asked for."""

    suggestions: tuple[Suggestion, ...]

    @cached_property
    def by_booking(self) -> dict[int, Suggestion]:
        return {suggestion.person.booking: suggestion for suggestion in self.suggestions}

    @property
    def without_host(self) -> tuple[Suggestion, ...]:
        """Those in whose slot nobody hosts."""
        return tuple(suggestion for suggestion in self.suggestions if suggestion.host is None)

    @cached_property
    def uncovered(self) -> dict[str, int]:
        """The topics that nobody knows who hosts when somebody asks, and how many people ask, most wanted first."""
        asked: dict[str, int] = defaultdict(int)
        for suggestion in self.suggestions:
            for topic in suggestion.uncovered:
                asked[topic] += 1
        return dict(sorted(asked.items(), key=lambda item: (-item[1], item[0])))


def match(people: Sequence[Person], hosts: Iterable[Host]) -> Matching:
    """Suggest who sits with whom. `people` are in the order in which they got their seats, the newest last.

    Whoever was `chosen` sits with the person they were chosen for, and the others are seated around that.
    """
    hosts = sorted(hosts, key=lambda host: (host.name, host.champion))
    there = {person.booking: tuple(host for host in hosts if host.is_there(person)) for person in people}
    seating = _Seating()
    for person in people:
        seating.add(person, there[person.booking])
    known = {host.champion: host for host in hosts}
    return Matching(
        tuple(
            Suggestion(
                person=person,
                host=known.get(seating.host_of.get(person.booking, -1)),
                hosts=there[person.booking],
                at_table={host.champion: seating.at_table(person.slot, host) for host in there[person.booking]},
                load=seating.load,
            )
            for person in people
        )
    )


# The graph through which somebody new is led to a free place: the table of a host in a slot, which is a pair of their
# ids, a host as a whole, and the end.
_Node = tuple[int, int] | int | None
_END = None
# What one comes by: who moves (a booking) to whom (a champion), if somebody does.
_Move = tuple[int, int] | None


class _Seating:
    """Who sits where while people are added one by one. After each the cost of the whole is the least there is."""

    def __init__(self) -> None:
        self.host_of: dict[int, int] = {}
        self.load: dict[int, int] = defaultdict(int)
        self._slot_of: dict[int, int] = {}
        self._costs: dict[int, dict[int, int]] = {}
        self._tables: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._slots: dict[int, set[int]] = defaultdict(set)

    def at_table(self, slot: int, host: Host) -> int:
        """How many people the host sits with in the slot."""
        return len(self._tables[slot, host.champion])

    def add(self, person: Person, hosts: Sequence[Host]) -> None:
        """Seat somebody with one of the hosts, and move whoever has to move for it."""
        if not hosts:
            return
        chosen = [host for host in hosts if host.champion == person.chosen]
        self._slot_of[person.booking] = person.slot
        self._costs[person.booking] = {host.champion: -CHANGE * worth(person, host) for host in chosen or hosts}
        for mover, champion in self._cheapest_moves(person.booking):
            self._sit(mover, champion)

    def _sit(self, booking: int, champion: int) -> None:
        slot = self._slot_of[booking]
        if booking in self.host_of:
            left = self.host_of[booking]
            self._tables[slot, left].remove(booking)
            self.load[left] -= 1
        self.host_of[booking] = champion
        self._tables[slot, champion].append(booking)
        self._slots[champion].add(slot)
        self.load[champion] += 1

    def _cheapest_moves(self, newcomer: int) -> list[tuple[int, int]]:
        """The shortest path (Bellman and Ford) from the newcomer to a free place, as moves, the last one first."""
        cost: dict[_Node, int] = {}
        came: dict[_Node, tuple[_Node, _Move]] = {}
        waiting: deque[_Node] = deque()
        here: _Node

        def reach(node: _Node, total: int, *, after: _Node, by: _Move) -> None:
            if node not in cost or total < cost[node]:
                cost[node], came[node] = total, (after, by)
                if node is not _END and node not in waiting:
                    waiting.append(node)

        for champion, its_cost in self._costs[newcomer].items():
            reach((self._slot_of[newcomer], champion), its_cost, after=_END, by=(newcomer, champion))
        while waiting:
            here = waiting.popleft()
            for node, step, move in self._steps(here):
                reach(node, cost[here] + step, after=here, by=move)
        moves: list[tuple[int, int]] = []
        here = _END
        while not moves or here is not _END:
            here, by = came[here]
            moves += [by] if by else []
        return moves

    def _steps(self, here: _Node) -> Iterator[tuple[_Node, int, _Move]]:
        """Where one can go on to from a node, at what cost, and who moves by it."""
        if isinstance(here, tuple):
            slot, champion = here
            seated = self._tables[here]
            # One person more at this table, ...
            yield champion, TABLE * CHANGE * len(seated), None
            # ... or somebody from it goes to another one.
            for mover in seated:
                costs = self._costs[mover]
                for other, its_cost in costs.items():
                    if other != champion:
                        yield (slot, other), its_cost - costs[champion] + MOVE, (mover, other)
        elif here is not None:
            # One person more for this host, or one fewer of theirs at another time.
            yield _END, LOAD * CHANGE * self.load[here], None
            for slot in sorted(self._slots[here]):
                if seated := self._tables[slot, here]:
                    yield (slot, here), -TABLE * CHANGE * (len(seated) - 1), None

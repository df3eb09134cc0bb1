"""Who sits with whom: as good as any other way there is, even, the same every time, and steady when somebody comes."""

import time
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.matching import LOAD, TABLE, Host, Matching, Person, match, worth

TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
SLOT = timedelta(minutes=20)
TOPICS = ("LinkedIn", "Privacy", "Tumblr")


def person(booking: int, *topics: str, slot: int = 0, **facts) -> Person:
    starts_at = TEN + slot * SLOT
    return Person(booking, slot, starts_at, starts_at + SLOT, topics, **facts)


def host(champion: int, *, slots: tuple[int, int] = (0, 99), **levels: int) -> Host:
    """A champion who hosts from the first of these slots up to but not including the second."""
    first, last = slots
    return Host(champion, f"Champion {champion:02}", ((TEN + first * SLOT, TEN + last * SLOT),), levels)


def seating(matching: Matching) -> dict[int, int | None]:
    return {each.person.booking: each.host.champion if each.host else None for each in matching.suggestions}


def cost(people: list[Person], hosts: list[Host], where: dict[int, int | None]) -> int:
    """What a way to seat everybody costs, counted from the whole rather than step by step."""
    known = {each.champion: each for each in hosts}
    tables: dict[tuple[int, int], int] = {}
    loads: dict[int, int] = {}
    total = 0
    for each in people:
        champion = where[each.booking]
        if champion is not None:
            tables[each.slot, champion] = tables.get((each.slot, champion), 0) + 1
            loads[champion] = loads.get(champion, 0) + 1
            total -= worth(each, known[champion])
    total += sum(TABLE * seated * (seated - 1) // 2 for seated in tables.values())
    return total + sum(LOAD * load * (load - 1) // 2 for load in loads.values())


def every_way(people: list[Person], hosts: list[Host]):
    """All ways to seat everybody for whom somebody is there, with whom the hosts want them to be."""
    there: list[list] = [[each.champion for each in hosts if each.is_there(one)] for one in people]
    chosen = [
        [one.chosen] if one.chosen in hosts_then else hosts_then for one, hosts_then in zip(people, there, strict=True)
    ]
    for champions in product(*(each or [None] for each in chosen)):
        yield {one.booking: champion for one, champion in zip(people, champions, strict=True)}


def greedy(people: list[Person], hosts: list[Host]) -> dict[int, int | None]:
    """One after the other, each with whoever costs the least then, and nobody moves."""
    where: dict[int, int | None] = {}
    for number, each in enumerate(people, start=1):
        there = [one.champion for one in hosts if one.is_there(each)]
        where[each.booking] = min(
            there, default=None, key=lambda champion: cost(people[:number], hosts, where | {each.booking: champion})
        )
    return where


topics = st.lists(st.sampled_from(TOPICS), unique=True, max_size=2).map(tuple)
span = st.tuples(st.integers(0, 1), st.integers(1, 2)).map(lambda ends: (ends[0], ends[0] + ends[1]))


@st.composite
def surgeries(draw, most: int = 5) -> tuple[list[Person], list[Host]]:
    hosts = [
        host(number, slots=draw(span), **draw(st.dictionaries(st.sampled_from(TOPICS), st.integers(1, 3))))
        for number in range(draw(st.integers(0, 3)))
    ]
    people = [
        person(
            number, *draw(topics), slot=draw(st.integers(0, 2)),
            is_at_home=draw(st.booleans()), is_any_enough=draw(st.booleans()),
            chosen=draw(st.sampled_from([None, None, None, 0, 1])),
        )
        for number in range(draw(st.integers(0, most)))
    ]  # fmt: skip
    return people, hosts


# ── As good as any ────────────────────────────────────────────────────────────────────────────────────────────
@given(surgeries())
@settings(max_examples=250, deadline=None)
def test_no_other_way_to_seat_everybody_is_better(surgery):
    people, hosts = surgery
    assert cost(people, hosts, seating(match(people, hosts))) == min(
        cost(people, hosts, where) for where in every_way(people, hosts)
    )


def test_control_one_after_the_other_is_worse_for_some():
    """The first takes whoever knows best what they ask about, and is the only one who knows what the second asks."""
    people = [person(1, "Privacy"), person(2, "LinkedIn")]
    hosts = [host(1, LinkedIn=3, Privacy=3), host(2, Privacy=1)]
    best = seating(match(people, hosts))
    assert best == {1: 2, 2: 1}
    assert cost(people, hosts, greedy(people, hosts)) > cost(people, hosts, best)


def large(seed: int = 1, *, people: int = 60, hosts: int = 12, slots: int = 6) -> tuple[list[Person], list[Host]]:
    chance = Random(seed)
    wanted = [f"Topic {number}" for number in range(16)]
    return (
        [person(number, *chance.sample(wanted, chance.randint(0, 3)), slot=number % slots) for number in range(people)],
        [
            host(number, **{topic: chance.randint(1, 3) for topic in chance.sample(wanted, 5)})
            for number in range(hosts)
        ],
    )


@pytest.mark.parametrize("slots", [1, 6, 20])
def test_with_60_people_and_12_champions_no_change_of_one_or_two_makes_it_better_within_200_ms(slots):
    people, hosts = large(slots=slots)
    began = time.process_time()
    where = seating(match(people, hosts))
    assert time.process_time() - began < 0.2
    best = cost(people, hosts, where)
    assert all(
        cost(people, hosts, where | {each.booking: other.champion}) >= best for each in people for other in hosts
    )
    for one, other in combinations(people[:30], 2):
        swapped = {one.booking: where[other.booking], other.booking: where[one.booking]}
        assert cost(people, hosts, where | swapped) >= best


# ── By topic and level ────────────────────────────────────────────────────────────────────────────────────────
def test_somebody_sits_with_whoever_knows_the_topic_best():
    hosts = [host(1, Privacy=3), host(2, LinkedIn=1), host(3, LinkedIn=3)]
    assert seating(match([person(1, "LinkedIn")], hosts)) == {1: 3}


def test_whoever_is_at_home_online_gets_little_from_who_can_help_a_beginner():
    hosts = [host(1, LinkedIn=1, Tumblr=1), host(2, Tumblr=2)]
    assert seating(match([person(1, "LinkedIn", "Tumblr")], hosts)) == {1: 1}
    assert seating(match([person(1, "LinkedIn", "Tumblr", is_at_home=True)], hosts)) == {1: 2}


def test_who_cannot_name_a_topic_is_helped_by_whoever_knows_one_of_those_it_may_be():
    hosts = [host(1, LinkedIn=2, Privacy=2), host(2, Tumblr=3)]
    asking = ("LinkedIn", "Privacy", "Tumblr", "Mastodon")
    assert seating(match([person(1, *asking)], hosts)) == {1: 1}
    matching = match([person(1, *asking, is_any_enough=True)], hosts)
    assert seating(matching) == {1: 2}
    assert matching.uncovered == {}
    assert match([person(1, "Mastodon", is_any_enough=True)], hosts).uncovered == {"Mastodon": 1}


# ── An even load ──────────────────────────────────────────────────────────────────────────────────────────────
@given(surgeries(most=12))
@settings(max_examples=100, deadline=None)
def test_in_every_slot_hosts_sit_with_equally_many_people_give_or_take_one(surgery):
    people, hosts = surgery
    for each in match([Person(**{**vars(one), "chosen": None}) for one in people], hosts).suggestions:
        seated = each.at_table.values()
        assert max(seated, default=0) - min(seated, default=0) <= 1


def test_over_the_surgery_equals_sit_with_equally_many():
    people = [person(number, "LinkedIn", slot=number) for number in range(6)]
    matching = match(people, [host(1, LinkedIn=2), host(2, LinkedIn=2), host(3, LinkedIn=2)])
    assert sorted(matching.suggestions[0].load.values()) == [2, 2, 2]


def test_who_hosts_for_part_of_the_surgery_sits_with_nobody_outside_it():
    people = [person(number, "LinkedIn", slot=number) for number in range(3)]
    assert seating(match(people, [host(1, slots=(0, 1), LinkedIn=3), host(2, slots=(0, 2))])) == {0: 1, 1: 2, 2: None}


def test_who_is_there_for_all_of_the_slot_comes_before_who_leaves_early():
    starts, ends = TEN - SLOT, TEN + SLOT / 2
    leaves = Host(1, "Champion 1", ((starts, ends),), {"LinkedIn": 2})
    assert seating(match([person(1, "LinkedIn")], [leaves, host(2, LinkedIn=2)])) == {1: 2}


# ── As the hosts want it ──────────────────────────────────────────────────────────────────────────────────────
def test_whom_the_hosts_chose_stays_and_the_others_are_seated_around_it():
    hosts = [host(1, LinkedIn=3), host(2, Privacy=3)]
    people = [person(1, "LinkedIn"), person(2, "Privacy")]
    assert seating(match(people, hosts)) == {1: 1, 2: 2}
    people[0] = person(1, "LinkedIn", chosen=2)
    matching = match(people, hosts)
    assert seating(matching) == {1: 2, 2: 1}
    assert [each.is_chosen for each in matching.suggestions] == [True, False]


# ── Steady ────────────────────────────────────────────────────────────────────────────────────────────────────
@given(surgeries(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_hosts_is_all_the_same(surgery, chance):
    people, hosts = surgery
    first = seating(match(people, hosts))
    chance.shuffle(hosts)
    assert seating(match(people, hosts)) == first


def needless_moves(people: list[Person], hosts: list[Host], seat=match) -> int:
    """How many more people than it takes sit elsewhere once the last one has come."""
    before, after = seating(seat(people[:-1], hosts)), seating(seat(people, hosts))
    least = cost(people, hosts, after)
    best_ways = [where for where in every_way(people, hosts) if cost(people, hosts, where) == least]
    moved, *possible = (sum(where[one] != before[one] for one in before) for where in (after, *best_ways))
    return moved - min(possible)


@given(surgeries())
@settings(max_examples=250, deadline=None)
def test_whoever_comes_last_moves_nobody_whose_place_is_still_as_good_as_any(surgery):
    """Of all the best ways it is the one in which the fewest people sit elsewhere than before."""
    assert needless_moves(*surgery) == 0


def test_control_if_the_newest_were_seated_first_people_would_be_moved_for_nothing():
    chance = Random(1)
    people = [person(number, *chance.sample(TOPICS, chance.randint(0, 2))) for number in range(5)]
    hosts = [host(number, **dict.fromkeys(chance.sample(TOPICS, 2), 2)) for number in range(3)]
    assert needless_moves(people, hosts) == 0
    assert needless_moves(people, hosts, seat=lambda people, hosts: match(people[::-1], hosts)) > 0


# ── What cannot be covered ────────────────────────────────────────────────────────────────────────────────────
def test_it_says_who_has_no_host_and_which_topics_nobody_covers():
    people = [
        person(1, "Tumblr", "LinkedIn"), person(2, "Tumblr"), person(3, "Privacy", slot=1), person(4, slot=5),
    ]  # fmt: skip
    hosts = [host(1, slots=(0, 2), LinkedIn=2), host(2, slots=(0, 1), Privacy=3)]
    matching = match(people, hosts)
    assert matching.uncovered == {"Tumblr": 2, "Privacy": 1}
    assert [each.person.booking for each in matching.without_host] == [4]


def test_without_anybody_there_is_nothing_to_say():
    assert match([], []) == Matching(())
    assert match([], [host(1)]).uncovered == {}

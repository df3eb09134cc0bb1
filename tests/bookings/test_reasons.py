"""Why somebody is to sit with a champion: every sentence that there is, when it is true."""

import pytest

from bookings.matching import Host, match
from bookings.reasons import why
from tests.bookings.test_matching import SLOT, TEN, host, person

ONLY = "Nobody else hosts then."
NOBODY_BETTER = "Nobody else who hosts then knows more about it."
EVEN = "It keeps the load even."

SAID = {
    "nobody is there": ([person(1)], [], ["Nobody hosts then."]),
    "the only one": (
        [person(1, "LinkedIn")], [host(1, LinkedIn=3)], ["Champion 01 knows LinkedIn (could teach it).", ONLY]
    ),
    "the best first": (
        [person(1, "Privacy", "LinkedIn")], [host(1, Privacy=1, LinkedIn=2), host(2)],
        ["Champion 01 knows LinkedIn (uses it daily) and Privacy (can help a beginner).", NOBODY_BETTER],
    ),
    "names no topic": (
        [person(1)], [host(1), host(2)], ["Names no topic, so anybody can begin with them.", EVEN]
    ),
    "somebody else knows the rest": (
        [person(1, "LinkedIn", "Privacy")], [host(1, LinkedIn=3), host(2, Privacy=1)],
        ["Champion 01 knows LinkedIn (could teach it).", NOBODY_BETTER, "For Privacy, call Champion 02 over."],
    ),
    "any is enough": (
        [person(1, "LinkedIn", "Privacy", is_any_enough=True)], [host(1, LinkedIn=3), host(2, Privacy=1)],
        ["Champion 01 knows LinkedIn (could teach it).", NOBODY_BETTER],
    ),
    "nobody knows it": (
        [person(1, "Can I say this?")], [host(1), host(2)], [EVEN, "Nobody who hosts then knows Can I say this?"]
    ),
    "who knows more is taken": (
        [person(2, "LinkedIn"), person(1, "LinkedIn")], [host(1, LinkedIn=1), host(2, LinkedIn=3)],
        ["Champion 01 knows LinkedIn (can help a beginner).",
         "Champion 02 would fit better, and sits with somebody else then."],
    ),
    "at home online": (
        [person(1, "LinkedIn", is_at_home=True)], [host(1, LinkedIn=1)],
        ["Champion 01 knows LinkedIn (can help a beginner).",
         "They are at home online already, which may be more than that.", ONLY],
    ),
    "as the hosts want it": (
        [person(1, "LinkedIn", chosen=1)], [host(1), host(2, LinkedIn=3)],
        ["You chose this, or another host did.", "For LinkedIn, call Champion 02 over."],
    ),
    "there for a part": (
        [person(1, "LinkedIn")], [Host(1, "Champion 01", ((TEN, TEN + SLOT / 2),), {"LinkedIn": 2})],
        ["Champion 01 knows LinkedIn (uses it daily).", ONLY, "Champion 01 is there from 10am to 10:10am."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("people", "hosts", "sentences"), SAID.values(), ids=SAID)
def test_it_says_what_is_true(people, hosts, sentences):
    matching = match(people, hosts)
    assert why(matching.by_booking[1]) == sentences


def test_who_would_fit_better_may_have_more_people_at_other_times():
    """Champion 02 knows a little more, and is the only one who hosts for most of the surgery."""
    alone = [person(number, "LinkedIn", slot=number) for number in range(2, 9)]
    hosts = [host(1, slots=(0, 2), LinkedIn=2), host(2, LinkedIn=3)]
    matching = match([*alone, person(1, "LinkedIn")], hosts)
    assert why(matching.by_booking[1]) == [
        "Champion 01 knows LinkedIn (uses it daily).",
        "Champion 02 would fit better, and sits with more people at other times.",
    ]

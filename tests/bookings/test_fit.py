"""How well a champion fits a surgery, and why in words. A sum of parts, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.fit import MOST_FOR_TOPICS, Candidate, Colleague, Need, fit
from champions.models import Champion, Skill
from organisation.models import Office
from surgeries.hosts import Gap
from surgeries.models import Surgery, Venue

# A Tuesday.
STARTS, ENDS = datetime(2026, 3, 3, 10, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 2, 23)
LEEDS, CARDIFF = 1, 2
TEACH, DAILY, BEGINNER = Skill.Level.COULD_TEACH_IT, Skill.Level.USES_IT_DAILY, Skill.Level.CAN_HELP_A_BEGINNER
TOM, AMINA, HANA = Colleague("Tom", 5), Colleague("Amina", 3), Colleague("Hana", 2)

SURGERY = Surgery(pk=1, venue=Venue(office=Office(pk=LEEDS)), starts_at=STARTS, ends_at=ENDS)
NEED = Need(
    surgery=SURGERY, gaps=(Gap(STARTS, ENDS, 1),), asked=frozenset(), covered=frozenset(), colleagues=(),
    hosts=frozenset(),
)  # fmt: skip
SOMEBODY = Candidate(
    champion=Champion(pk=9), levels={}, offices=frozenset(), hosted=5, last_hosted_at=STARTS - timedelta(days=8),
    busy=(), months={}, gave_back=frozenset(),
)  # fmt: skip


def why(candidate: Candidate = SOMEBODY, need: Need = NEED) -> list[str]:
    return fit(candidate, need, today=TODAY).why


def score(candidate: Candidate = SOMEBODY, need: Need = NEED) -> int:
    return fit(candidate, need, today=TODAY).score


def beside(*colleagues: Colleague) -> Need:
    return replace(NEED, colleagues=colleagues)


def test_what_was_asked_for_counts_by_how_well_one_knows_it():
    need = replace(NEED, asked=frozenset({"LinkedIn"}))
    by_level = [score(replace(SOMEBODY, levels={"LinkedIn": level}), need) for level in Skill.Level]
    assert by_level == sorted(set(by_level))
    assert score(SOMEBODY, need) < by_level[0]
    assert score(replace(SOMEBODY, levels={"Tumblr": TEACH}), need) == score(SOMEBODY, need)


def test_it_is_said_for_each_level():
    candidate = replace(SOMEBODY, levels={"LinkedIn": TEACH, "blogs": TEACH, "Tumblr": DAILY, "photos": BEGINNER})
    assert why(candidate, replace(NEED, asked=frozenset(candidate.levels)))[:3] == [
        "LinkedIn and blogs were asked for, and you could teach them",
        "Tumblr was asked for, and you use it daily",
        "photos was asked for, and you can help a beginner",
    ]


def test_what_nobody_there_knows_yet_counts_more():
    candidate, asked = replace(SOMEBODY, levels={"LinkedIn": TEACH}), frozenset({"LinkedIn"})
    assert score(candidate, replace(NEED, asked=asked)) > score(candidate, replace(NEED, asked=asked, covered=asked))


def test_somebody_who_knows_everything_is_not_asked_for_everything():
    levels = {f"topic {number}": TEACH for number in range(20)}
    gained = score(replace(SOMEBODY, levels=levels), replace(NEED, asked=frozenset(levels))) - score()
    assert gained == MOST_FOR_TOPICS


def test_the_office_and_the_usual_day_speak_for_it():
    assert "Your office" in why(replace(SOMEBODY, offices=frozenset({LEEDS})))
    assert "One of your offices" in why(replace(SOMEBODY, offices=frozenset({LEEDS, CARDIFF})))
    assert why(replace(SOMEBODY, offices=frozenset({CARDIFF}))) == why()
    on_tuesdays = replace(SOMEBODY, champion=Champion(pk=9, usual_days=[2, 4]))
    assert "A Tuesday, one of your usual days" in why(on_tuesdays)
    assert score(on_tuesdays) > score() == score(replace(SOMEBODY, champion=Champion(pk=9, usual_days=[1])))


@pytest.mark.parametrize(("days", "words"), [(3, []), (13, []), (14, ["2"]), (35, ["5"]), (400, ["57"])])
def test_how_long_since_they_last_hosted(days, words):
    ago = datetime(2026, 2, 23, 9, tzinfo=UTC) - timedelta(days=days)
    said = [sentence for sentence in why(replace(SOMEBODY, last_hosted_at=ago)) if sentence.startswith("You last")]
    assert said == [f"You last hosted {number} weeks ago" for number in words]


def test_the_longer_ago_the_better_and_never_is_longest():
    scores = [score(replace(SOMEBODY, last_hosted_at=STARTS - timedelta(weeks=weeks, days=8))) for weeks in (0, 2, 5)]
    assert scores == sorted(set(scores))
    assert scores[-1] < score(replace(SOMEBODY, last_hosted_at=None))
    assert "You have not hosted yet" in why(replace(SOMEBODY, last_hosted_at=None))


PAIRINGS = [
    (0, (), "Nobody experienced hosts yet"),
    (0, (HANA,), "Nobody experienced hosts yet"),
    (0, (HANA, TOM), "Tom has hosted often: good to learn from"),
    (0, (AMINA, TOM), "Two experienced champions already: good to learn from"),
    (5, (HANA,), "Hana is new to hosting, and you are not"),
    (5, (TOM,), "Tom would be beside you"),
    (5, (), "Nobody hosts yet"),
]


@pytest.mark.parametrize(("hosted", "colleagues", "words"), PAIRINGS)
def test_the_experienced_and_the_new_at_one_table_are_preferred_and_it_is_said(hosted, colleagues, words):
    assert why(replace(SOMEBODY, hosted=hosted), beside(*colleagues))[-1] == words


def test_somebody_new_is_sent_to_the_experienced_and_the_experienced_to_somebody_new():
    new = replace(SOMEBODY, hosted=0)
    assert score(new, beside(TOM)) > score(new, beside(HANA))
    assert score(SOMEBODY, beside(HANA)) > score(SOMEBODY, beside(TOM)) > score(SOMEBODY, beside())


def test_who_is_not_asked():
    near, far = replace(SOMEBODY, offices=frozenset({LEEDS})), replace(SOMEBODY, offices=frozenset({CARDIFF}))
    assert near.can_be_asked_about(NEED)
    assert SOMEBODY.can_be_asked_about(NEED), "who names no office comes anywhere"
    assert not far.can_be_asked_about(NEED)
    assert not replace(near, busy=((STARTS + timedelta(minutes=90), ENDS),)).can_be_asked_about(NEED)
    assert replace(near, busy=((ENDS, ENDS + timedelta(hours=1)),)).can_be_asked_about(NEED)
    assert not near.can_be_asked_about(replace(NEED, hosts=frozenset({9})))
    twice_a_month = Champion(pk=9, most_shifts_a_month=2)
    assert replace(near, champion=twice_a_month, months={(2026, 3): 1, (2026, 2): 2}).can_be_asked_about(NEED)
    assert not replace(near, champion=twice_a_month, months={(2026, 3): 2}).can_be_asked_about(NEED)

"""The words with which a surgery or a series is made known: on the intranet, in Viva Engage, and in a chat in Teams."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.text import get_text_list

from bookings.finding import hosts_of, names_of, topics_of
from surgeries.models import Series, Surgery
from surgeries.templatetags.times import clock, day, rhythm, span

TOPICS_NAMED = 3
ALL_WELCOME = "You do not have to know what to ask, and there is no wrong question."


@dataclass(frozen=True)
class ShareText:
    """A text that is ready to be pasted, and where."""

    slug: str
    place: str
    hint: str
    words: str

    @property
    def rows(self) -> int:
        """About as many lines as it takes to show all of it."""
        return sum(len(line) // 60 + 1 for line in self.words.splitlines()) + 1


@dataclass(frozen=True)
class Facts:
    """What every text says: when and where, who hosts, and how to come."""

    title: str
    when: str
    where: str
    hosts: str
    next: str
    come: str
    link: str


def texts_for_surgery(surgery: Surgery) -> tuple[ShareText, ...]:
    """For one surgery, with who hosts it and what they know, as the public list says it."""
    return _texts(
        Facts(
            title="Social media surgery",
            when=f"{day(surgery.starts_at)}, {span(surgery)}",
            where=str(surgery.venue),
            hosts=_hosts(surgery),
            next="",
            come=_come(is_drop_in=surgery.is_drop_in, has_seats=surgery.seats.exists()),
            link=f"{settings.PUBLIC_BASE_URL}{surgery.get_absolute_url()}",
        )
    )


def texts_for_series(series: Series, following: Surgery | None) -> tuple[ShareText, ...]:
    """For a series, true for as long as it goes on. `following` is the next of its surgeries, if any is published."""
    days = rhythm(series)
    next_one = f"The next one is on {day(following.starts_at)}{otherwise(following, series)}." if following else ""
    office = urlencode({"office": series.venue.office.slug})
    return _texts(
        Facts(
            title="Social media surgeries",
            when=f"{days}, {clock(series.start_time)} to {clock(series.end_time)}",
            where=str(series.venue),
            hosts="",
            next=next_one,
            come=_come(is_drop_in=series.is_drop_in, has_seats=True),
            link=f"{settings.PUBLIC_BASE_URL}/?{office}",
        )
    )


def otherwise(surgery: Surgery, series: Series) -> str:
    """When and where it is, as far as that is not as usual for the series: such as ", 2pm to 3pm", or nothing."""
    begins, ends = (timezone.localtime(each).time() for each in (surgery.starts_at, surgery.ends_at))
    times = "" if (begins, ends) == (series.start_time, series.end_time) else f", {span(surgery)}"
    return times + ("" if surgery.venue_id == series.venue_id else f", in {surgery.venue}")


def _texts(facts: Facts) -> tuple[ShareText, ...]:
    return (
        ShareText("intranet", "For the intranet", "With all that somebody needs to decide.", _intranet(facts)),
        ShareText("engage", "For Viva Engage (Yammer)", "A post that people can answer.", _engage(facts)),
        ShareText("teams", "For Teams", "Short enough for a chat or a channel.", _teams(facts)),
    )


def _intranet(facts: Facts) -> str:
    return _paragraphs(
        f"{facts.title}: {facts.when}",
        "Bring a question about social media, or just bring yourself. You sit down over coffee with a colleague who "
        f"knows their way around, and ask whatever you like, for work or for yourself. {ALL_WELCOME}",
        _lines(
            f"When: {facts.when}",
            f"Where: {facts.where}",
            f"Who hosts: {facts.hosts or 'digital champions, who are colleagues from across the department'}",
        ),
        facts.next,
        f"{facts.come}. It needs no account and no password:\n{facts.link}",
    )


def _engage(facts: Facts) -> str:
    return _paragraphs(
        "An account that you opened and never used? A post that you were not sure about? No idea where to begin? Those "
        "are all good reasons to come and have a coffee with us.",
        _lines(f"{facts.title}: {facts.when}", facts.where, facts.hosts and f"With {facts.hosts}", facts.next),
        f"{facts.come}: {facts.link}",
        "What would you ask? Write it below, and we can think about it before we meet.",
    )


def _teams(facts: Facts) -> str:
    said = f"{facts.title}: {facts.when}, {facts.where}. Bring a question, or just bring yourself."
    return f"{said} {facts.come}: {facts.link}"


def _come(*, is_drop_in: bool, has_seats: bool) -> str:
    if not is_drop_in:
        return "Book a time, and the seat is yours"
    return "Drop in for as long as you like, or book a time that is yours" if has_seats else "Just drop in"


def _hosts(surgery: Surgery) -> str:
    """Such as "Amina Yusuf and Tom Price, who know about LinkedIn, privacy and more"."""
    shifts = hosts_of(surgery)
    topics, who = topics_of(shifts), names_of(shifts)
    if not topics:
        return who
    named = topics[:TOPICS_NAMED] + (["more"] if len(topics) > TOPICS_NAMED else [])
    knows = "know" if len({shift.champion_id for shift in shifts}) > 1 else "knows"
    return f"{who}, who {knows} about {get_text_list(named, 'and')}"


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))

"""Why somebody is to sit with a champion, in words that the hosts can check."""

from django.utils.text import get_text_list

from bookings.matching import Host, Person, Suggestion
from champions.models import Skill
from surgeries.templatetags.times import clock

LEVELS = {level.value: level.label[0].lower() + level.label[1:] for level in Skill.Level}


def why(suggestion: Suggestion) -> list[str]:
    """A sentence for each thing that speaks for the suggestion, or that it leaves open."""
    person, host = suggestion.person, suggestion.host
    if host is None:
        return ["Nobody hosts then."]
    sentences = [
        *(["You chose this, or another host did."] if suggestion.is_chosen else []),
        *_what_the_host_knows(person, host),
        *([] if suggestion.is_chosen else _why_nobody_else(suggestion)),
        *_what_others_know(suggestion),
        *_how_long(person, host),
    ]
    return [sentence.replace("?.", "?") for sentence in sentences]  # a topic may be called “Can I say this?”


def in_a_few_words(person: Person, host: Host, *, first: str, is_me: bool, is_chosen: bool) -> str:
    """Why somebody could sit down with this host, for whoever reads it in a busy room: `first`, what the host does."""
    best = next(iter(host.known(person).items()), None)
    said = [first, *(["as a host chose"] if is_chosen else [])]
    if best:
        said.append(f"and know {best[0]}" if is_me else f"and knows {best[0]} ({LEVELS[best[1]]})")
    return ", ".join(said)


def _what_the_host_knows(person: Person, host: Host) -> list[str]:
    if not person.topics:
        return ["Names no topic, so anybody can begin with them."]
    known = host.known(person)
    if not known:
        return []
    said = [f"{topic} ({LEVELS[level]})" for topic, level in known.items()]
    sentences = [f"{host.name} knows {get_text_list(said, 'and')}."]
    if person.is_at_home and set(known.values()) == {Skill.Level.CAN_HELP_A_BEGINNER}:
        sentences.append("They are at home online already, which may be more than that.")
    return sentences


def _why_nobody_else(suggestion: Suggestion) -> list[str]:
    better, host, person = suggestion.better, suggestion.host, suggestion.person
    if not suggestion.others or host is None:
        return ["Nobody else hosts then."]
    if better is None:
        return (
            ["Nobody else who hosts then knows more about it."] if host.known(person) else ["It keeps the load even."]
        )
    if suggestion.at_table[better.champion] >= suggestion.at_table[host.champion]:
        return [f"{better.name} would fit better, and sits with somebody else then."]
    return [f"{better.name} would fit better, and sits with more people at other times."]


def _what_others_know(suggestion: Suggestion) -> list[str]:
    """For what the host does not know: whom to call over, or that nobody knows it."""
    person, host = suggestion.person, suggestion.host
    sentences = []
    for topic in person.topics:
        if host and topic not in host.levels and not (person.is_any_enough and host.known(person)):
            knowing = [other.name for other in suggestion.others if topic in other.levels]
            if knowing:
                sentences.append(f"For {topic}, call {get_text_list(knowing, 'or')} over.")
    if suggestion.uncovered:
        sentences.append(f"Nobody who hosts then knows {get_text_list(list(suggestion.uncovered), 'or')}.")
    return sentences


def _how_long(person: Person, host: Host) -> list[str]:
    if host.stays(person):
        return []
    start, end = next(each for each in host.shifts if each[0] < person.ends_at and each[1] > person.starts_at)
    return [f"{host.name} is there from {clock(start)} to {clock(end)}."]

"""Two who would like to be champions: one waits for a decision, the other was asked something."""

from datetime import datetime, timedelta

from accounts.models import User
from champions.models import Champion, Decision, Skill
from organisation.models import Office, Topic

from .people import address_of
from .signing_in import ORGANISER

QUESTION = "Have you ever shown somebody how to post a video, or would this be the first time? Either is fine."


def load_applicants(*, now: datetime) -> None:
    """Make the two. No email is written."""
    _apply(
        "Odalys Merriweather-Quint",
        "Sheffield",
        {"linkedin": 3, "starting-out": 2, "guidelines": 1},
        about="I was shown how to do this at a surgery, and would like to pass it on.",
        experience="I came to three surgeries last year and now look after our team’s page.",
        usual_days=[2, 3],
        most_shifts_a_month=1,
        is_manager_aware=True,
        state=Champion.State.APPLIED,
        applied_at=now - timedelta(days=2, hours=3),
    )
    asked = _apply(
        "Bhavin Solanki",
        "Cardiff",
        {"youtube": 2, "photos-and-video": 2},
        about="Two-minute films about bridges, made on the train.",
        experience="Mostly for my own channel, about bridges.",
        usual_days=[5],
        most_shifts_a_month=2,
        is_manager_aware=False,
        state=Champion.State.ASKED_BACK,
        applied_at=now - timedelta(days=5),
    )
    Decision.objects.create(
        champion=asked,
        outcome=Decision.Outcome.ASKED_BACK,
        words=QUESTION,
        decided_by=User.objects.get(email=address_of(ORGANISER)),
        decided_at=now - timedelta(days=4),
    )


def _apply(name: str, office: str, levels: dict[str, int], **said: object) -> Champion:
    user = User.objects.create_user(address_of(name), name=name)
    champion = Champion.objects.create(name=name, user=user, **said)
    champion.offices.add(Office.objects.get(name=office))
    topics = Topic.objects.in_bulk(levels, field_name="slug")
    Skill.objects.bulk_create(Skill(champion=champion, topic=topics[slug], level=levels[slug]) for slug in levels)
    return champion

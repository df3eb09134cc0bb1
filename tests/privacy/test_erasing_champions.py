"""A champion of whom a name alone is known is erased from their page, also after a restore."""

import io
import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse

from bookings.after_emails import thank_you_for_coming
from bookings.links import link_to_visit, private_link
from bookings.people import REMOVED
from champions.models import Champion
from notifications.models import OutboxEmail
from organisation.kept import forget
from privacy.ledger import line_of
from privacy.models import Erasure
from privacy.services import ErasureRefused, erase_champion
from surgeries.models import Shift
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    JournalEntryFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    champion = ChampionFactory.create(name="Ada Alone", user=None, topics=[TopicFactory.create()], about="A line")
    JournalEntryFactory.create(champion=champion)
    ShiftFactory.create(champion=champion, surgery__starts_at=local(-9))
    ShiftFactory.create(champion=champion)
    return champion


def replay(tmp_path, line: dict) -> str:
    said = io.StringIO()
    (tmp_path / "ledger").write_text(json.dumps(line))
    call_command("replay_erasures", str(tmp_path / "ledger"), stdout=said)
    return said.getvalue()


def test_one_press_removes_who_it_was_and_says_what_is_left(client, organiser, ada):
    substitute = ChampionFactory.create(user=UserFactory.create())
    page = reverse("privacy:erase_champion", args=[ada.pk])
    theirs = reverse("bookings:person_who_hosts", args=[ada.pk])
    assert page in client.get(theirs).content.decode()
    asked = client.get(page).content.decode()
    assert "Remove Ada Alone?" in asked
    assert "Given back now" in asked
    ada.refresh_from_db()
    assert ada.name == "Ada Alone", "reading changes nothing"
    not_seen = client.post(page, {"seen": "another"})
    assert not_seen.status_code == 409
    assert "Something has changed since you looked." in not_seen.content.decode()
    assert not Erasure.objects.exists()
    seen = client.get(page).context["ending"].version
    for _ in range(2):
        said = client.post(page, {"seen": seen}, follow=True).content.decode()
        assert "That somebody hosted 1 time stays" in said
    ada.refresh_from_db()
    assert (ada.name, ada.about, ada.state, ada.skills.count()) == (REMOVED, "", Champion.State.LEFT, 0)
    assert not ada.journal.exists()
    assert [shift.ended_reason for shift in ada.shifts.order_by("starts_at")] == ["", Shift.GIVEN_BACK]
    assert OutboxEmail.objects.filter(recipient=substitute.user.email).exists()
    entry = Erasure.objects.get()
    assert (entry.champion_number, entry.attendee_number, entry.erased_by) == (ada.pk, None, organiser)
    assert "Ada" not in str(line_of(entry))
    assert client.get(theirs)["Location"] == page


def test_whoever_signs_in_is_removed_from_their_own_page(client, organiser):
    champion = ChampionFactory.create(user=UserFactory.create())
    answer = client.post(reverse("privacy:erase_champion", args=[champion.pk]))
    assert answer["Location"] == reverse("bookings:person_who_hosts", args=[champion.pk])
    with pytest.raises(ErasureRefused):
        erase_champion(champion=champion, by=organiser)
    assert not Erasure.objects.exists()
    assert client.post(reverse("privacy:erase_champion", args=[2**62])).status_code == 404


def test_who_comes_back_with_a_restored_database_is_erased_again(organiser, ada, tmp_path):
    (noted,) = erase_champion(champion=ada, by=organiser)
    line = line_of(noted) | {"reference": str(uuid4())}  # the restored database does not know it
    Champion.objects.filter(pk=ada.pk).update(name="Ada Alone")
    assert "1 of them new here. Erased again: 1." in replay(tmp_path, line)
    ada.refresh_from_db()
    assert ada.name == REMOVED
    assert "0 of them new here. Erased again: 0." in replay(tmp_path, line)


def test_whoever_has_the_number_since_stays(organiser, ada, tmp_path):
    (noted,) = erase_champion(champion=ada, by=organiser)
    for name in ("Bob Brown", "ada alone "):
        Champion.objects.filter(pk=ada.pk).update(name=name)
        assert "Erased again: 0." in replay(tmp_path, line_of(noted))
    other = ChampionFactory.create(name="Ada Alone", user=None)
    assert "Erased again: 0." in replay(tmp_path, line_of(noted))
    other.refresh_from_db()
    assert other.name == "Ada Alone"


def test_where_they_hosted_people_read_of_a_champion_and_of_no_name(client, ada):
    surgery = SurgeryFactory.create(starts_at=local(-2))
    host = ShiftFactory.create(surgery=surgery, champion=ada)
    visit = VisitFactory.create(booking=BookingFactory.create(surgery=surgery))
    HelpFactory.create(visit=visit, surgery=surgery, shift=host)
    booking = private_link(visit.booking)
    row = OutboxEmail(kind="visit_over", recipient=visit.attendee.email, about={"surgery": surgery.pk})

    erase_champion(champion=ada, by=None)

    for page in (surgery.get_absolute_url(), booking, link_to_visit(visit)):
        said = client.get(page, follow=True).content.decode()
        assert REMOVED not in said
        assert "A champion" in said, page
    assert "A champion helped you." in client.get(booking, follow=True).content.decode()
    assert "With: A champion" in " ".join(thank_you_for_coming(row).text.split())
    # Thanks would be read by nobody.
    assert "Say thank you" not in client.get(booking, follow=True).content.decode()
    assert client.get(f"{booking}thanks/").status_code == 303

    # Beside somebody who is known they come last.
    ShiftFactory.create(surgery=surgery, champion__name="Zoe Park")
    forget()
    assert "With: Zoe Park and another champion" in " ".join(thank_you_for_coming(row).text.split())
    said = client.get(booking, follow=True).content.decode()
    assert "Zoe Park hosted. Did it help?" in said

"""What came of a visit is recorded in under a minute, on a phone, in one hand."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Outcome, Visit
from organisation.models import Topic
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    HelpFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)
from tests.journeys.visitor import Visitor
from tests.live import visit

PHONE = {"width": 320, "height": 640}
SCREENS = 1.5  # of which nothing more than one has to be scrolled to
TOPICS = 16


@pytest.fixture
def alice(transactional_db: None) -> Visit:
    """Asked about two of sixteen topics, and sits with Amina."""
    DepartmentFactory.create()
    made = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=20))
    amina = ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create())
    TopicFactory.create_batch(TOPICS)
    booking = BookingFactory.create(surgery=made, name="Alice Adeyemi")
    booking.topics.set(Topic.objects.order_by("-name")[:2])
    helped = HelpFactory.create(
        visit=VisitFactory.create(booking=booking), shift=ShiftFactory.create(surgery=made, champion=amina)
    )
    return helped.visit


@pytest.mark.parametrize("has_scripts", [True, False])
def test_two_presses_record_an_outcome_and_a_wrong_one_loses_nothing(chromium, live_product, alice, has_scripts):
    with visit(chromium, live_product, viewport=PHONE, java_script_enabled=has_scripts) as page:
        Visitor(page).let_in(alice.helps.get().shift.champion.user)
        form = reverse("bookings:outcome", args=[alice.surgery.reference, alice.pk])
        page.goto(form)
        group, save = page.get_by_role("group", name="What was it about?"), page.get_by_role("button", name="Save")
        expect(group.get_by_role("checkbox", checked=True)).to_have_count(2)
        expect(group.get_by_role("checkbox")).to_have_count(2)
        expect(page.get_by_role("radio", name="Will come back")).to_be_in_viewport(ratio=1)
        end = save.first.bounding_box()
        assert end
        assert end["y"] + end["height"] <= SCREENS * PHONE["height"]

        # Something else, the wrong way: nothing became of it yet.
        other = Topic.objects.earliest("name")
        page.get_by_text("Something else").click()
        group.get_by_label(other.name, exact=True).check()
        for asked in range(2):
            group.get_by_role("checkbox").nth(asked).uncheck()
        page.get_by_label("One next step").fill("Post once about the tide tables.")
        page.get_by_text("They opened an account").click()
        page.get_by_role("group", name="On which platforms?").get_by_label(other.name, exact=True).check()
        save.first.click()
        page.get_by_role("link", name="Choose what became of it").click()
        expect(page.get_by_role("radio", name="Answered", exact=True)).to_be_focused()
        expect(group.get_by_label(other.name, exact=True)).to_be_visible()
        expect(page.get_by_role("checkbox", name=other.name, exact=True, checked=True)).to_have_count(2)

        # Opened again, it takes two presses.
        page.goto(f"{form}?")
        page.get_by_label("Answered", exact=True).check()
        save.first.click()
        expect(page).to_have_url(re.compile("/room/$"))
    outcome = Outcome.objects.get()
    assert (outcome.result, set(outcome.topics.all())) == ("answered", set(alice.booking.topics.all()))

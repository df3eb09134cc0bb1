"""At the table, with a phone and no JavaScript: one who booked, and one who walks in. And it loads on a bad line."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Browser, expect

from bookings.forms.arriving import NO_BOOKING
from bookings.models import Visit
from runner.product import Product
from tests.factories import BookingFactory, DepartmentFactory, SeriesFactory, SurgeryFactory, TopicFactory
from tests.journeys.test_first_page_is_light import weigh
from tests.journeys.visitor import somebody

# The line at the table is worse than the one at a desk.
MOST_BYTES, MOST_REQUESTS = 32 * 1024, 4


def test_who_booked_and_who_did_not_say_that_they_are_here(chromium: Browser, live_product: Product) -> None:
    DepartmentFactory.create()
    linkedin, *_ = TopicFactory.create_batch(20)
    series = SeriesFactory.create()
    begun = timezone.now() - timedelta(minutes=5)
    surgery = SurgeryFactory.create(series=series, venue=series.venue, starts_at=begun)
    booking = BookingFactory.create(surgery=surgery)

    with somebody(chromium, live_product, "without JavaScript") as visitor:
        requests, size = weigh(visitor.page, f"/here/series/{series.reference}/")
        assert requests <= MOST_REQUESTS
        assert size <= MOST_BYTES

        # Who booked types an address and presses the first button, or Enter.
        visitor.sees("Say that you are here")
        visitor.type("Your work email address", booking.attendee.email)
        visitor.page.keyboard.press("Enter")
        visitor.sees("You are in")
        assert Visit.objects.get().booking == booking

        # Who did not presses the same button first, is asked to check the address, and loses nothing.
        visitor.press("They can say that they are here")
        visitor.type("Your work email address", "bob.obrien@example.gov.uk")
        visitor.tick(linkedin.name)
        visitor.press_button("I’m here, and I booked")
        visitor.press(f"{NO_BOOKING}. Check that it is the one that you booked with")
        expect(visitor.page.get_by_label("Your work email address")).to_be_focused()
        visitor.press_button("I’m here, without a booking")
        visitor.press("Enter your name")
        expect(visitor.page.get_by_label("Your name")).to_be_focused()
        visitor.type("Your name", "Bob O’Brien")
        visitor.press_button("I’m here, without a booking")
        visitor.sees("You are in")

        # Who booked, mistypes the address, and whose browser fills in the name, does not walk in.
        visitor.press("They can say that they are here")
        visitor.type("Your work email address", "ada.adeyemy@example.gov.uk")
        visitor.type("Your name", "Ada Adeyemi")
        visitor.press_button("I’m here, and I booked")
        expect(visitor.page.get_by_role("main")).to_contain_text(NO_BOOKING)
        assert Visit.objects.count() == 2

        # Who typed a name and presses Enter has said that they did not book.
        visitor.page.goto(f"/here/{surgery.reference}/")
        visitor.type("Your work email address", "cleo.cole@example.gov.uk")
        visitor.type("Your name", "Cleo Cole")
        visitor.page.keyboard.press("Enter")
        visitor.sees("You are in")

    bob, cleo = Visit.objects.filter(booking=None).order_by("pk")
    assert cleo.name == "Cleo Cole"
    assert (bob.name, bob.attendee.email) == ("Bob O’Brien", "bob.obrien@example.gov.uk")
    assert list(bob.topics.all()) == [linkedin]


# The words that are shown on more than one line.
BROKEN = """labels => labels.flatMap(label => {
    const text = label.firstChild, words = [...text.data.matchAll(/\\S+/g)];
    return words.filter(word => {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(shape => shape.top)).size > 1;
    }).map(word => word[0]);
})"""


def test_no_topic_is_broken_within_a_word(chromium: Browser, live_product: Product) -> None:
    DepartmentFactory.create()
    for name in ("Facebook groups", "Instagram", "Accessibility", "Viva Engage (Yammer)", "Photographs and video"):
        TopicFactory.create(name=name)
    surgery = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=5))

    with somebody(chromium, live_product, "with JavaScript") as visitor:
        visitor.page.goto(f"/here/{surgery.reference}/")
        labels = visitor.page.locator(".govuk-checkboxes__label")
        expect(labels).to_have_count(6)
        for width in (320, 344, 360, 375, 390, 414, 768):
            visitor.page.set_viewport_size({"width": width, "height": 800})
            assert (width, labels.evaluate_all(BROKEN)) == (width, [])

"""Finding a surgery in a browser: the pages in each of their states, by keyboard, and without JavaScript."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from runner.product import Product
from surgeries.models import Seat, Slot, Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    VenueFactory,
    local,
)
from tests.fit import faults_at_every_size, html_faults

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


def pages_of_every_kind() -> dict[str, str]:
    """A diary that has everything in it; the addresses of its pages by what is special about them."""
    DepartmentFactory.create()
    OfficeFactory.create(name="York", slug="york")
    leeds, linkedin = OfficeFactory.create(name="Leeds", slug="leeds"), TopicFactory.create(name="LinkedIn", slug="li")
    venue = VenueFactory.create(office=leeds, name="Fourth floor café")
    hosts = [ChampionFactory.create(topics=[linkedin, *TopicFactory.create_batch(6)]) for _ in range(3)]
    free = SurgeryFactory.create(venue=venue, note="Bring a cup.\nThere is cake.", is_drop_in=False)
    for host in hosts:
        ShiftFactory.create(surgery=free, champion=host)
    full = SurgeryFactory.create(venue=venue, starts_at=local(8), slots=1, seats=1)
    BookingFactory.create(surgery=full)
    BookingFactory.create_batch(2, surgery=full, waiting=True)
    drop_in = SurgeryFactory.create(venue=venue, starts_at=local(9), slots=0, is_drop_in=True)
    on_now = SurgeryFactory.create(venue=venue, starts_at=timezone.now() - timedelta(minutes=30), slots=3)
    over = SurgeryFactory.create(venue=venue, starts_at=local(-7))
    ShiftFactory.create(surgery=over, champion=hosts[0])
    called_off = SurgeryFactory.create(venue=venue, starts_at=local(10), called_off=True)
    return {
        "the list": "/",
        "filtered": "/?office=leeds&topic=li",
        "nothing found": "/?office=york&topic=li",
        "an unknown filter": "/?office=nowhere",
        "a surgery with free seats": free.get_absolute_url(),
        "a full surgery": full.get_absolute_url(),
        "a surgery without seats": drop_in.get_absolute_url(),
        "a surgery that is on": on_now.get_absolute_url(),
        "a surgery that is over": over.get_absolute_url(),
        "a surgery that is called off": called_off.get_absolute_url(),
        "an unknown surgery": "/surgeries/bcdfghj/",
        "asking": "/ask/?office=york",
        "thanks": "/ask/thanks/",
        "calendars": "/calendar/",
    }


def a_long_diary() -> None:
    """500 surgeries where everything is called as long as it may be."""
    DepartmentFactory.create(name=f"Department for {LONG}"[:120])
    venue = VenueFactory.create(
        name=f"{LONG} {LONG}"[:100], office=OfficeFactory.create(name=LONG, slug="llanfair"), directions=LONG * 5
    )
    topics = [TopicFactory.create(name=f"{number} {LONG}"[:60]) for number in range(6)]
    hosts = [ChampionFactory.create(name=f"{LONG} {LONG}"[:100], about=LONG * 3, topics=topics) for _ in range(3)]
    starts = [local(days) for days in range(1, 501)]
    surgeries = Surgery.objects.bulk_create(
        Surgery(venue=venue, state="published", note=LONG * 9, starts_at=at, ends_at=at + timedelta(hours=1))
        for at in starts
    )
    slots = Slot.objects.bulk_create(
        Slot(surgery=surgery, starts_at=surgery.starts_at, ends_at=surgery.ends_at) for surgery in surgeries
    )
    Seat.objects.bulk_create(Seat(slot=slot, surgery_id=slot.surgery_id, number=1) for slot in slots)
    for host in hosts:
        ShiftFactory.create(surgery=surgeries[250], champion=host)


@pytest.fixture
def nothing_kept_any_more(page: Page) -> Page:
    """The product may keep the list of the test before for a second."""
    page.wait_for_timeout(1_100)
    return page


def test_every_page_fits_every_size_and_setting(nothing_kept_any_more: Page) -> None:
    page, faults = nothing_kept_any_more, {}
    for what, address in pages_of_every_kind().items():
        page.goto(address)
        faults[what] = faults_at_every_size(page)
    page.goto("/ask/")
    page.get_by_role("button", name="Tell the organisers").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    faults["asking for nothing"] = faults_at_every_size(page)

    assert {what: found for what, found in faults.items() if found} == {}


def test_five_hundred_surgeries_with_long_names_fit(nothing_kept_any_more: Page) -> None:
    page, faults = nothing_kept_any_more, {}
    a_long_diary()
    for address in ("/?page=13", "/?office=llanfair", Surgery.objects.all()[250].get_absolute_url(), "/calendar/"):
        page.goto(address)
        faults[address] = faults_at_every_size(page)

    assert {what: found for what, found in faults.items() if found} == {}


def test_before_the_first_surgery_the_list_fits(nothing_kept_any_more: Page) -> None:
    nothing_kept_any_more.goto("/")

    assert faults_at_every_size(nothing_kept_any_more) == []


@pytest.mark.django_db
def test_the_html_of_every_page_is_valid(client: Client) -> None:
    pages = {what: client.get(address).content.decode() for what, address in pages_of_every_kind().items()}
    pages["asking for nothing"] = client.post("/ask/").content.decode()
    caches["kept"].clear()
    a_long_diary()
    pages["a long list"] = client.get("/?page=13").content.decode()

    assert html_faults(pages) == []


def test_without_javascript_somebody_filters_the_list_and_reaches_a_surgery(
    chromium: Browser, live_product: Product
) -> None:
    leeds = OfficeFactory.create(name="Leeds", slug="leeds")
    in_leeds = SurgeryFactory.create(venue=VenueFactory.create(office=leeds))
    SurgeryFactory.create()
    context = chromium.new_context(base_url=live_product.url, java_script_enabled=False)
    page = context.new_page()
    page.wait_for_timeout(1_100)
    page.goto("/")
    page.get_by_label("Office").select_option("Leeds")
    page.get_by_role("button", name="Show surgeries").click()
    assert page.url.endswith("/?office=leeds&topic=")
    expect(page.get_by_role("link", name="Leeds")).to_have_count(1)
    page.get_by_role("link", name="Leeds").click()
    assert page.url.endswith(in_leeds.get_absolute_url())
    expect(page.get_by_role("button", name="Book a seat")).to_be_visible()
    context.close()


def test_by_keyboard_alone_somebody_asks_for_a_surgery(nothing_kept_any_more: Page) -> None:
    page = nothing_kept_any_more
    OfficeFactory.create(name="York", slug="york")
    page.goto("/?office=york")
    page.get_by_role("button", name="Tell the organisers that you would come").press("Enter")
    expect(page.get_by_label("Office")).to_have_value("york")
    page.get_by_role("button", name="Tell the organisers").press("Enter")
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()


def test_the_whole_entry_can_be_pressed(nothing_kept_any_more: Page) -> None:
    page = nothing_kept_any_more
    surgery = SurgeryFactory.create()
    page.goto("/")
    page.get_by_text("seats left").click(force=True)
    page.wait_for_url(f"**{surgery.get_absolute_url()}")

"""The first page comes quickly on a bad line: few requests and few bytes with an empty cache."""

from playwright.sync_api import Page

from tests.factories import SurgeryFactory

MOST_BYTES = 60 * 1024
MOST_REQUESTS = 8


def weigh(page: Page, address: str) -> tuple[int, float]:
    """How many requests the address takes, and how many bytes come over the wire, headers included."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    return len(sizes), sum(sizes)


def test_the_list_needs_few_requests_and_bytes(page: Page) -> None:
    SurgeryFactory.create_batch(20)

    requests, size = weigh(page, "/")

    assert page.get_by_role("listitem").count() > 20
    assert 1 < requests <= MOST_REQUESTS
    assert 0 < size <= MOST_BYTES


def test_a_heavy_page_is_found(page: Page) -> None:
    page.route("**/app.*.css", lambda route: route.fulfill(body="a{}" * MOST_BYTES, content_type="text/css"))

    assert weigh(page, "/")[1] > MOST_BYTES

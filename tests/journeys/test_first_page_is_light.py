"""The first page comes quickly on a bad line: few requests and few bytes with an empty cache."""

import time

from playwright.sync_api import Browser, Page, expect

from runner.product import Product
from tests.factories import SurgeryFactory
from tests.live import visit

MOST_BYTES = 60 * 1024
MOST_REQUESTS = 8
MOST_SECONDS = 3
BYTES_PER_SECOND = 400_000 / 8
ROUND_TRIP_MS = 100
# The machine may be busy just then, which is not the line's fault.
TRIES = 3


def weigh(page: Page, address: str) -> tuple[int, float]:
    """How many requests the address takes, and how many bytes come over the wire, headers included."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    return len(sizes), sum(sizes)


def seconds_until_usable(chromium: Browser, product: Product, **options: object) -> float:
    """How long somebody with an empty cache and 400 kbit/s waits for the list, with its styles and scripts."""
    with visit(chromium, product, **options) as page:
        line = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.emulateNetworkConditions", {"offline": False, "latency": ROUND_TRIP_MS, **line})
        began = time.monotonic()
        page.goto("/", wait_until="load")
        expect(page.get_by_role("button", name="Show surgeries")).to_be_visible()
        return time.monotonic() - began


def test_the_list_needs_few_requests_and_bytes(page: Page) -> None:
    SurgeryFactory.create_batch(20)

    requests, size = weigh(page, "/")

    assert page.get_by_role("listitem").count() > 20
    assert 1 < requests <= MOST_REQUESTS
    assert 0 < size <= MOST_BYTES


def test_a_heavy_page_is_found(page: Page) -> None:
    page.route("**/app.*.css", lambda route: route.fulfill(body="a{}" * MOST_BYTES, content_type="text/css"))

    assert weigh(page, "/")[1] > MOST_BYTES


def test_on_a_slow_line_the_list_is_usable_soon(chromium: Browser, live_product: Product) -> None:
    SurgeryFactory.create_batch(20)

    assert any(seconds_until_usable(chromium, live_product) <= MOST_SECONDS for _ in range(TRIES))


def test_without_compression_it_would_not_be(chromium: Browser, live_product: Product) -> None:
    SurgeryFactory.create_batch(20)
    plain = {"extra_http_headers": {"Accept-Encoding": "identity"}}

    assert seconds_until_usable(chromium, live_product, **plain) > MOST_SECONDS

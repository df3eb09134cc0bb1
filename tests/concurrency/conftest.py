from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nobody_stays_connected() -> Iterator[None]:
    """Nothing that two people kept for themselves outlasts a test, when other tables may lie at the same address."""
    from tests.concurrency.crowd import hang_up

    yield
    hang_up()

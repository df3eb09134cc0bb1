"""The fixture that shows a page in a state."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoDbBlocker

from tests.everyone.states import Shown, shown_once


@pytest.fixture(scope="session")
def show(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    testrun_uid: str,
) -> Callable[[str], Shown]:
    """Shows a state. All the processes of this run make it once between them."""
    folder = tmp_path_factory.getbasetemp().parent / f"shown-{testrun_uid}"
    folder.mkdir(exist_ok=True)

    def show(state: str) -> Shown:
        with django_db_blocker.unblock():
            return shown_once(state, folder)

    return show

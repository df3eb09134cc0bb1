"""Forms share the fields that nobody changes, and no form sees what is another's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from bookings.forms.booking import BookForm
from bookings.forms.fields import TopicsField
from bookings.offers import Offer
from tests.factories import SurgeryFactory, TopicFactory

pytestmark = pytest.mark.django_db


def form_for(hours: int) -> BookForm:
    surgery = SurgeryFactory(starts_at=timezone.now() + timedelta(hours=hours))
    return BookForm(offer=Offer(surgery, now=timezone.now()))


def test_each_form_offers_the_slots_of_its_own_surgery() -> None:
    today, tomorrow = form_for(4), form_for(28)
    assert [value for value, _ in today.fields["slot"].choices] != [v for v, _ in tomorrow.fields["slot"].choices]
    assert today.fields["suits"] is not tomorrow.fields["suits"]


def test_what_two_forms_share_is_as_the_class_has_it_after_both_were_drawn() -> None:
    before = {name: dict(field.widget.attrs) for name, field in BookForm.base_fields.items()}
    forms = [form_for(4), form_for(28)]
    drawn = [str(form) for form in forms]
    assert drawn[0] != drawn[1]
    assert forms[0].fields["name"] is forms[1].fields["name"]
    assert {name: dict(field.widget.attrs) for name, field in BookForm.base_fields.items()} == before


def test_a_topic_that_is_new_stands_in_the_next_form() -> None:
    assert "Threads" not in str(form_for(4))
    TopicFactory(name="Threads")
    assert "Threads" in str(form_for(28))


def asked_with(name: str, monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The queries which two forms run for the choices of this field."""
    run, iterator = [], QuerySet.iterator

    def noted(rows: QuerySet, **how: Any) -> Any:
        run.append(rows.query)
        return iterator(rows, **how)

    monkeypatch.setattr(QuerySet, "iterator", noted)
    for form in (form_for(4), form_for(28)):
        list(form.fields[name].choices)
    return run


@pytest.mark.parametrize("name", ["team", "topics", "symptoms"])
def test_no_two_threads_ask_the_database_with_one_query(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, another = asked_with(name, monkeypatch)
    assert one is not another


def test_control_the_choices_of_django_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TopicsField, "iterator", ModelChoiceIterator)
    one, another = asked_with("topics", monkeypatch)
    assert one is another

"""What the template pack adds to the markup of GOV.UK Frontend: whole forms, and what Django knows of their fields."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import ButtonHolder, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import render_to_string

from tests.govuk.adapters import Choice

UNSURE = Choice("Not sure yet, and that is fine")
UNSURE.divider, UNSURE.exclusive = "or", True


class BookingForm(forms.Form):
    slot = forms.ChoiceField(
        label="Which time suits you?",
        choices=[("1", "10am to 10:20am"), ("2", "10:20am to 10:40am")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a time"},
    )
    email = forms.EmailField(label="Your work email", error_messages={"required": "Enter your work email"})
    topics = forms.MultipleChoiceField(
        label="What would you like help with?",
        choices=[("linkedin", "LinkedIn"), ("unsure", UNSURE)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose a topic"},
    )
    question = forms.CharField(label="Anything else?", max_length=300, required=False, widget=forms.Textarea)
    request_id = forms.CharField(widget=forms.HiddenInput)

    helper = FormHelper()
    helper.legend_class = "govuk-fieldset__legend--m"
    helper.label_class = "govuk-label--s"
    helper.layout = Layout(
        "request_id",
        "slot",
        "email",
        "topics",
        "question",
        ButtonHolder(Submit("", "Book this seat")),
    )


def shown(form: forms.Form) -> str:
    return render_crispy_form(form, context={"csrf_token": "token"})


def test_a_form_leaves_checking_to_the_server_so_that_everybody_reads_the_same_words() -> None:
    html = shown(BookingForm())

    assert re.search(r"<form [^>]*method=\"post\" novalidate>", html)
    assert not re.search(r" (required|maxlength|minlength)[ =>]", html)


def test_a_form_that_is_posted_carries_the_csrf_token_and_one_that_only_asks_does_not() -> None:
    asking = FormHelper()
    asking.form_method = "get"

    assert "csrfmiddlewaretoken" in shown(BookingForm())
    assert "csrfmiddlewaretoken" not in render_crispy_form(BookingForm(), asking, {"csrf_token": "token"})


def test_the_button_is_a_button_that_ignores_a_second_press() -> None:
    assert re.search(
        r'<button type="submit" class="govuk-button ?" data-module="govuk-button" data-prevent-double-click="true"',
        shown(BookingForm()),
    )


def test_sizes_of_labels_and_legends_come_from_the_helper() -> None:
    html = shown(BookingForm())

    assert html.count("govuk-fieldset__legend--m") == 2
    assert html.count("govuk-label--s") == 2


def test_what_was_typed_is_kept_and_stays_text() -> None:
    html = shown(BookingForm({"email": '"><b>', "question": "\n</textarea><b>", "topics": ["linkedin"]}))

    assert 'value="&quot;&gt;&lt;b&gt;"' in html
    assert ">\n\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in html
    assert re.search(r'value="linkedin" checked', html)


def test_the_error_summary_leads_to_every_field_and_to_the_first_of_several_options() -> None:
    form = BookingForm({"request_id": "1"})
    form.add_error(None, "Somebody took the 10:20 seat a moment ago.")
    html = shown(form)
    summary = render_to_string("govuk/error_summary.html", {"form": form})

    assert re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary) == [
        ("id_slot_0", "Choose a time"),
        ("id_email", "Enter your work email"),
        ("id_topics_0", "Choose a topic"),
    ]
    for target in re.findall(r'href="#([^"]+)"', summary):
        assert html.count(f'id="{target}"') == 1
    assert summary.index("Somebody took the 10:20 seat") < summary.index("Choose a time")


def test_a_hidden_field_that_is_wrong_is_told_without_a_link() -> None:
    summary = render_to_string("govuk/error_summary.html", {"form": BookingForm({})})

    assert "<li>This field is required.</li>" in summary


def test_a_field_is_described_by_its_hint_and_its_error_which_are_there() -> None:
    form = BookingForm({})
    form.fields["email"].help_text = "We send your confirmation here."

    html = shown(form)

    for ids in re.findall(r'aria-describedby="([^"]+)"', html):
        for target in ids.split():
            assert html.count(f'id="{target}"') == 1
    assert 'aria-describedby="id_email_helptext id_email_error"' in html


def test_the_character_count_finds_its_message_by_the_id_that_the_script_expects() -> None:
    html = shown(BookingForm())

    assert 'data-module="govuk-character-count" data-maxlength="300"' in html
    assert 'id="id_question-info"' in html


def test_an_email_address_is_never_spell_checked() -> None:
    assert re.search(r'<input [^>]*type="email"[^>]* spellcheck="false"', shown(BookingForm()))


def test_one_option_can_clear_the_others_and_stands_apart() -> None:
    html = shown(BookingForm())

    assert '<div class="govuk-checkboxes__divider">or</div>' in html
    assert html.count('data-behaviour="exclusive"') == 1


def test_the_page_begins_with_the_error_summary_and_its_title_with_error() -> None:
    page = render_to_string("base.html", {"form": BookingForm({})})

    assert "<title>Error:  – Social media surgeries</title>" in page
    assert page.index("There is a problem") > page.index('<main class="govuk-main-wrapper" id="main-content">')
    assert "There is a problem" not in render_to_string("base.html", {"form": BookingForm()})

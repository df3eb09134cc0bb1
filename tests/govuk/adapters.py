"""Ask for a component in our words, given the options that GOV.UK Frontend's own macros take.

Each adapter turns the options of one fixture into the HTML of our template. An option that an adapter does not read
cannot show: the test compares the result with the fixture.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from crispy_forms.layout import Submit
from django import forms
from django.core.paginator import Paginator
from django.template import Context
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from notifications.templatetags.menu import menu_item

Options = dict[str, Any]
Adapter = Callable[[Options], str]


class Choice(str):
    """The label of an option, with what belongs to it."""

    hint = ""
    divider = ""
    exclusive = False


def words(options: Options | None, kind: str = "") -> str:
    """The text of an option; its html as it is."""
    options = options or {}
    html, text = (f"{kind}Html", f"{kind}Text") if kind else ("html", "text")
    return mark_safe(options[html].strip()) if options.get(html) else str(options.get(text, ""))


def items_of(options: Options) -> list[Options]:
    """GOV.UK Frontend passes over items that are empty."""
    return [item for item in options.get("items", []) if item]


def value_of(item: Options) -> str:
    """A value as GOV.UK Frontend prints it."""
    value = item.get("value", "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def form_of(options: Options, field: forms.Field, value: Any = None) -> forms.Form:
    """A form with this one field, as after a POST when the fixture shows an error."""
    field.label = words(options.get("fieldset", {}).get("legend") or options.get("label"))
    field.help_text = words(options.get("hint"))
    field.required = False
    field.disabled = options.get("disabled", False)
    attrs = field.widget.attrs
    attrs.update(options.get("attributes", {}))
    attrs.update({name: options[name] for name in ("autocomplete", "autocapitalize", "inputmode") if name in options})
    if "classes" in options:
        attrs["class"] = options["classes"]
    if isinstance(options.get("spellcheck"), bool):
        attrs["spellcheck"] = str(options["spellcheck"]).lower()
    message, name = words(options.get("errorMessage")), options["name"]

    class Fixture(forms.Form):
        def clean(self) -> None:
            self.add_error(name, message)

    form = Fixture({name: value} if message else None, initial={name: value}, auto_id="%s")
    form.fields[name] = field
    return form


def show(options: Options, field: forms.Field, value: Any = None) -> str:
    context = {
        "field": form_of(options, field, value)[options["name"]],
        "label_class": options.get("label", {}).get("classes"),
        "legend_class": options.get("fieldset", {}).get("legend", {}).get("classes"),
        "wrapper_class": options.get("formGroup", {}).get("classes"),
    }
    return render_to_string("govuk/field.html", context)


def text_input(options: Options) -> str:
    widget = forms.TextInput()
    widget.input_type = options.get("type", "text")
    return show(options, forms.CharField(widget=widget), options.get("value"))


def textarea(options: Options) -> str:
    """The limit as Django passes it on to the widget of a field with a max_length."""
    attrs = {name: options[name] for name in ("rows", "maxlength") if name in options}
    return show(options, forms.CharField(widget=forms.Textarea(attrs)), options.get("value"))


def choosing(options: Options, widget_class: type[Any]) -> Any:
    """A widget with the items of the fixture. A divider belongs to the item that it stands above."""
    attributes: dict[str, Options] = {}

    class Widget(widget_class):
        def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Options:
            option = super().create_option(name, value, *args, **kwargs)
            option["attrs"].update(attributes[str(value)])
            return option

    choices, divider = [], ""
    for item in items_of(options):
        if "divider" in item:
            divider = item["divider"]
            continue
        label = Choice(words(item))
        label.hint, label.divider, divider = words(item.get("hint")), divider, ""
        label.exclusive = item.get("behaviour") == "exclusive"
        choices.append((value_of(item), mark_safe(label) if item.get("html") else label))
        attributes[value_of(item)] = item.get("attributes", {}) | ({"disabled": True} if item.get("disabled") else {})
    return Widget(choices=choices)


def chosen(options: Options) -> list[str]:
    """What is chosen to begin with: an item says so itself, or its value is among those of the whole."""
    values = [str(value) for value in options.get("values", [options.get("value")])]
    return [
        value_of(item)
        for item in items_of(options)
        if item.get("checked", item.get("selected", item.get("value") and value_of(item) in values))
    ]


def select(options: Options) -> str:
    widget = choosing(options, forms.Select)
    return show(options, forms.ChoiceField(widget=widget, choices=widget.choices), next(iter(chosen(options)), None))


def radios(options: Options) -> str:
    widget = choosing(options, forms.RadioSelect)
    return show(options, forms.ChoiceField(widget=widget, choices=widget.choices), next(iter(chosen(options)), None))


def checkboxes(options: Options) -> str:
    widget = choosing(options, forms.CheckboxSelectMultiple)
    return show(options, forms.MultipleChoiceField(widget=widget, choices=widget.choices), chosen(options))


def label(options: Options) -> str:
    name = options.get("for", "x")
    field = form_of({"name": name, "label": options}, forms.CharField())[name]
    return render_to_string("govuk/label.html", {"field": field, "label_class": options.get("classes")})


def hint(options: Options) -> str:
    return render_to_string(
        "govuk/hint.html", {"field": form_of({"name": "x", "hint": options}, forms.CharField())["x"]}
    )


def error_message(options: Options) -> str:
    field = form_of({"name": "x", "errorMessage": options}, forms.CharField())["x"]
    return render_to_string("govuk/error_message.html", {"field": field})


def fieldset(options: Options) -> str:
    context = {
        "fieldset": SimpleNamespace(css_id=None, css_class=options.get("classes"), flat_attrs=""),
        "legend": words(options["legend"]),
        "legend_class": options["legend"].get("classes"),
        "fields": options.get("html", ""),
    }
    return render_to_string("govuk/layout/fieldset.html", context)


def error_summary(options: Options) -> str:
    errors = [(item.get("href", "").lstrip("#"), words(item)) for item in options.get("errorList", [])]

    class Fixture(forms.Form):
        def clean(self) -> None:
            for name, message in errors:
                self.add_error(name or None, message)

    form = Fixture({}, auto_id="%s")
    form.fields.update({name: forms.CharField(required=False) for name, _ in errors if name})
    return render_to_string("govuk/error_summary.html", {"form": form})


def button(options: Options) -> str:
    """A link through the component; a button through crispy's layout object, which always has a name and an id."""
    if "href" in options:
        attrs = "".join(f' {name}="{value}"' for name, value in options.get("attributes", {}).items())
        context = {"text": words(options), "href": options["href"], "class": options.get("classes")}
        return render_to_string("components/button.html", {**context, "attrs": mark_safe(attrs)})
    more = {"css_id": options.get("id"), "css_class": options.get("classes"), **options.get("attributes", {})}
    submit = Submit(options.get("name", ""), words(options), **more)
    submit.input_type = options.get("type", "submit")
    html = submit.render(None, Context(), template_pack="govuk")
    return html if "id" in options else re.sub(r' id="submit-id-[^"]*"', "", html)


def pagination(options: Options) -> str:
    items = items_of(options)
    current = next(item["number"] for item in items if item.get("current"))
    last = max(item.get("number", 0) for item in items)
    context = {
        "page": Paginator(range(last), 1).page(current),
        "pages": [item.get("number", Paginator.ELLIPSIS) for item in items],
    }
    return render_to_string("components/pagination.html", context, RequestFactory().get("/"))


def service_navigation(options: Options) -> str:
    """The frame as it stands in base.html, with the fixture's items in the place of ours."""
    base = render_to_string("base.html")
    frame = re.search(r'<div class="govuk-service-navigation".*?</nav>(\s*</div>){3}', base, re.S)
    assert frame
    items = "".join(
        menu_item(
            Context({"request": SimpleNamespace(path=item["href"] if item.get("current") else "/elsewhere/")}),
            href=item["href"],
            text=words(item),
        )
        for item in options["navigation"]
        if item
    )
    return re.sub(r"(<ul[^>]*>).*(</ul>)", lambda found: found[1] + items + found[2], frame[0], flags=re.S)


def skip_link(options: Options) -> str:
    """As it stands in base.html, with the fixture's link in the place of ours."""
    found = re.search(r'<a [^>]*class="govuk-skip-link".*?</a>', render_to_string("base.html"))
    assert found
    return found[0].replace("#main-content", options.get("href", "#content"))


def component(template: str, **options_of: str) -> Adapter:
    """An adapter for a template of components/: its variables, and the option that each comes from.

    An option "text" stands for text or html, "titleText" for titleText or titleHtml.
    """

    def value(options: Options, option: str) -> Any:
        if option.lower().endswith("text"):
            return words(options, option[: -len("text")])
        return options.get(option)

    def adapter(options: Options) -> str:
        context = {variable: value(options, option) for variable, option in options_of.items()}
        return render_to_string(f"components/{template}.html", context)

    return adapter


def notification_banner(options: Options) -> str:
    context = {
        "text": "" if "html" in options else words(options),
        "html": words(options) if "html" in options else "",
        "title": words(options, "title"),
        "success": options.get("type") == "success",
        "id": options.get("titleId"),
    }
    return render_to_string("components/notification_banner.html", context)


ADAPTERS: dict[str, Adapter] = {
    "back-link": component("back_link", href="href", text="text"),
    "button": button,
    "character-count": textarea,
    "checkboxes": checkboxes,
    "details": component("details", summary="summaryText", text="text", open="open"),
    "error-message": error_message,
    "error-summary": error_summary,
    "fieldset": fieldset,
    "hint": hint,
    "input": text_input,
    "label": label,
    "notification-banner": notification_banner,
    "pagination": pagination,
    "panel": component("panel", title="titleText", text="text"),
    "radios": radios,
    "select": select,
    "service-navigation": service_navigation,
    "skip-link": skip_link,
    "textarea": textarea,
    "warning-text": component("warning_text", text="text"),
}

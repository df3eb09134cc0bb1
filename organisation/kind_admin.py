"""Administration pages that refuse kindly: whatever the database or a service refuses is said in words on the form.

Forms check what they can beforehand, as a courtesy. The constraints have the last word, also when two people save at
the same moment; their refusals would otherwise be an error page.
"""

from collections import Counter
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import IntegrityError, models
from django.db.models.deletion import Collector, ProtectedError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User

UNEXPECTED = "That cannot be saved: somebody may have changed the same thing a moment ago. Look at it again, and retry."


class KindAdmin(admin.ModelAdmin):
    """A ModelAdmin on which a broken rule is a message, never an error page, and rows in use are not deleted."""

    formfield_overrides: ClassVar[dict[type[models.Field], dict[str, Any]]] = {
        models.SlugField: {
            "label": "Name in addresses",
            "error_messages": {"unique": "Something else has this name in addresses already."},
        }
    }
    list_per_page = 50
    # Counting everything beside what a filter found costs a query and helps nobody.
    show_full_result_count = False
    # What people are told when they would break a constraint, by its name.
    refusals: ClassVar[dict[str, str]] = {}
    # What is raised when saving is refused: of what services raise, the exception's own words are shown.
    refusing: ClassVar[tuple[type[Exception], ...]] = (IntegrityError,)
    instead_of_deleting = ""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form again with everything typed, and with the reason on top, if saving it was refused."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self.refusing as error:
            request.refusal = self.in_words(error)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form

        class Refused(form):  # type: ignore[misc, valid-type]
            def clean(self) -> dict[str, Any]:
                cleaned = super().clean()
                self.add_error(None, refusal)
                return cleaned

        return Refused

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Beside a list to choose from, offer to add to it; to change or delete what is chosen has its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def in_words(self, error: Exception) -> str:
        """What to tell the person whose change was refused."""
        if not isinstance(error, IntegrityError):
            return str(error)
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        return self.refusals.get(constraint, UNEXPECTED)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete after asking, unless something refers to the row: then say what does, and what to do instead."""
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and self.has_delete_permission(request, obj):
            if uses := uses_of(obj):
                return self._stays(request, obj, uses)
            try:
                return super().delete_view(request, object_id, extra_context)
            except (ProtectedError, IntegrityError):
                return self._stays(request, obj, uses_of(obj))
        return super().delete_view(request, object_id, extra_context)

    def _stays(self, request: HttpRequest, obj: models.Model, uses: str) -> HttpResponse:
        because = f"is in use ({uses})" if uses else "is in use"
        self.message_user(request, f"“{obj}” {because}, so it stays. {self.instead_of_deleting}", messages.ERROR)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Rows are deleted one at a time, after a look."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class ReadOnlyAdmin(KindAdmin):
    """To look at only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def acting(request: HttpRequest) -> User:
    """Who acts: nobody gets to these pages without signing in."""
    assert isinstance(request.user, User)
    return request.user


def uses_of(obj: models.Model) -> str:
    """What would be lost or stranded if the row were deleted, such as “2 venues, 1 surgery”; empty if nothing."""
    uses: Counter[type[models.Model]] = Counter()
    collector = Collector(using="default", origin=obj)
    try:
        collector.collect([obj])
    except ProtectedError as error:
        uses.update(type(each) for each in error.protected_objects)
    else:
        # What has a page of its own is no part of the row, even if it would go with it.
        for model, number in [
            *((model, len(rows)) for model, rows in collector.data.items() if model is not type(obj)),
            *((rows.model, rows.count()) for rows in collector.fast_deletes),
        ]:
            if admin.site.is_registered(model):
                uses[model] += number
    ticked: list[Any] = [each for each in obj._meta.get_fields(include_hidden=True) if each.many_to_many]
    for relation in ticked:
        if relation.auto_created and relation.through._meta.auto_created:
            refers = {relation.field.m2m_reverse_field_name(): obj}
            uses[relation.related_model] += relation.through._base_manager.filter(**refers).count()
    return ", ".join(_counted(number, model) for model, number in uses.items() if number)


def _counted(number: int, model: type[models.Model]) -> str:
    return f"{number} {model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural}"

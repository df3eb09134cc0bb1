"""The department's own lists, for organisers until they get pages of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from organisation.forms.department import DomainField
from organisation.kind_admin import KindAdmin
from organisation.models import (
    CheatSheet,
    Department,
    Directorate,
    Grade,
    Headcount,
    Headcounted,
    Office,
    Symptom,
    Team,
    Topic,
)

RETIRE = "Tick “is retired” instead: it is no longer offered, and what happened stays on record."

MARKDOWN = (
    "One printed page holds about 400 words. Leave an empty line between paragraphs. Begin a line with ## for a "
    "heading, with - for a bullet point, with 1. for a numbered step. Write **bold**, and a link as "
    "[its words](https://…). HTML and pictures are not shown."
)


class DepartmentForm(forms.ModelForm):
    email_domains = SimpleArrayField(
        DomainField(max_length=253),
        help_text="Who may book. A domain stands for itself and everything under it. Separate them with commas.",
        error_messages={
            "required": "Name at least one domain. Without one nobody could book.",
            "item_invalid": "Domain %(nth)s:",
        },
    )
    reminder_hour = forms.IntegerField(
        min_value=0,
        max_value=23,
        help_text="At which hour of the working day before the surgery reminders are sent (0 to 23).",
    )

    class Meta:
        model = Department
        fields = ("name", "email_domains", "contact_email", "cutoff_minutes", "reminder_hour")


@admin.register(Department)
class DepartmentAdmin(KindAdmin):
    """One row. Until it is saved, the environment rules, so the form begins with what that says."""

    form = DepartmentForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Department.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Department | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is no list of one: go straight to the form."""
        if department := Department.objects.first():
            return HttpResponseRedirect(reverse("admin:organisation_department_change", args=[department.pk]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:organisation_department_add"))
        return super().changelist_view(request, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return forms.model_to_dict(Department.current())

    def save_model(self, request: HttpRequest, obj: Department, form: forms.ModelForm, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


class HeadcountInline(admin.TabularInline):
    """How many people it had on a date; the newest count is the one that figures are compared with."""

    model = Headcount
    fields = ("counted_on", "people")
    extra = 0


class HeadcountedAdmin(KindAdmin):
    """With the newest headcount beside each row."""

    inlines = [HeadcountInline]
    list_filter = ["is_retired"]
    instead_of_deleting = RETIRE
    refusals = {
        f"headcount_is_once_a_day_for_{owner}": "There is a headcount for one of these days already."
        for owner in ("office", "team", "grade")
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: Headcounted = super().get_queryset(request)  # type: ignore[assignment]
        return rows.with_headcount(timezone.localdate())

    @admin.display(description="people", ordering="headcount")
    def people(self, row: Any) -> int | None:
        return row.headcount


@admin.register(Office)
class OfficeAdmin(HeadcountedAdmin):
    list_display = ["name", "nation", "people", "is_retired"]
    list_filter = ["nation", "is_retired"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Directorate)
class DirectorateAdmin(KindAdmin):
    list_display = ["name", "number_of_teams"]
    search_fields = ["name"]
    instead_of_deleting = "Move its teams to another directorate first."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number_of_teams=Count("teams"))

    @admin.display(description="teams", ordering="number_of_teams")
    def number_of_teams(self, directorate: Any) -> int:
        return directorate.number_of_teams


@admin.register(Team)
class TeamAdmin(HeadcountedAdmin):
    list_display = ["name", "directorate", "also_known_as", "people", "is_retired"]
    list_filter = ["directorate", "is_retired"]
    list_select_related = ["directorate"]
    search_fields = ["name", "also_known_as"]


@admin.register(Grade)
class GradeAdmin(HeadcountedAdmin):
    list_display = ["name", "rank", "people", "is_retired"]


@admin.register(Topic)
class TopicAdmin(KindAdmin):
    list_display = ["name", "kind", "is_retired"]
    list_filter = ["kind", "is_retired"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    instead_of_deleting = RETIRE


@admin.register(Symptom)
class SymptomAdmin(KindAdmin):
    list_display = ["words", "points_to", "position", "is_retired"]
    list_filter = ["topics", "is_retired"]
    search_fields = ["words"]
    instead_of_deleting = RETIRE

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("topics")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Topics to tick: sixteen or so fit on the page."""
        return super().formfield_for_manytomany(db_field, request, **kwargs | {"widget": forms.CheckboxSelectMultiple})

    @admin.display(description="points to")
    def points_to(self, symptom: Symptom) -> str:
        return ", ".join(topic.name for topic in symptom.topics.all())


class CheatSheetForm(forms.ModelForm):
    class Meta:
        model = CheatSheet
        fields = ("topic", "level", "title", "body", "reviewed_on", "is_retired")
        widgets = {"body": forms.Textarea(attrs={"rows": 28, "cols": 90})}
        help_texts = {"body": MARKDOWN}


@admin.register(CheatSheet)
class CheatSheetAdmin(KindAdmin):
    """With a link to the page as people see it, as long as they do."""

    form = CheatSheetForm
    list_display = ["title", "topic", "level", "reviewed_on", "is_retired"]
    list_filter = ["level", "is_retired", "topic"]
    list_select_related = ["topic"]
    search_fields = ["title", "body"]
    refusals = {
        "cheat_sheet_is_one_per_topic_and_level": "There is a cheat sheet about this topic at this level already."
    }

    def view_on_site(self, sheet: CheatSheet) -> str | None:
        return None if sheet.is_retired or sheet.topic.is_retired else sheet.get_absolute_url()

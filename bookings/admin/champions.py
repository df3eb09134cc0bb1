"""Champions and what they know, for organisers until they get pages of their own."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from accounts.fields import WorkEmailField
from bookings.services.editing import know_by_email
from champions.models import Champion, Skill
from organisation.kind_admin import KindAdmin
from surgeries.models import Shift
from surgeries.services import DiaryError

State = Champion.State
# What an organiser may set without asking anybody.
KEPT_BY_HAND = {State.ACTIVE, State.RESTING, State.LEFT}


class SkillInline(admin.TabularInline):
    """A topic on each line, with how well the champion knows it."""

    model = Skill
    fields = ("topic", "level")
    extra = 1


class ChampionForm(forms.ModelForm):
    """A champion, with the address under which they book a seat for themselves."""

    usual_days = forms.TypedMultipleChoiceField(
        choices=Champion.Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None means any.",
    )
    shown = forms.MultipleChoiceField(
        choices=Champion.Shown.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What the directory shows besides the name. It is for the champion to say.",
    )
    email = WorkEmailField(
        label="Work email address",
        required=False,
        help_text="The one with which they book, so that nobody hosts and has a seat at the same time.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.user:
            self.initial["email"] = self.instance.user.email
        state = self.fields["state"]
        assert isinstance(state, forms.ChoiceField)
        # Who applied is decided about on the page of the application, which tells them; who was declined applies anew.
        was = self.instance.state
        can_be = {was} if self.instance.is_undecided or was == State.DECLINED else {*KEPT_BY_HAND, was}
        state.choices = [choice for choice in State.choices if choice[0] in can_be]


@admin.register(Champion)
class ChampionAdmin(KindAdmin):
    """Everybody sees the name, the line about themselves and the topics wherever the champion hosts."""

    form = ChampionForm
    fieldsets = (
        (None, {"fields": ("name", "email", "about", "offices", "state", "resting_until")}),
        ("How they host", {"fields": ("usual_days", "most_shifts_a_month", "experience", "is_manager_aware")}),
        ("The directory of champions", {"fields": ("is_listed", "shown")}),
        ("What they share with organisers", {"fields": ("journal",)}),
    )
    readonly_fields = ["journal"]
    list_display = ["name", "where", "knows", "state"]
    list_filter = ["state", "offices", "topics"]
    search_fields = ["name", "about", "user__email"]
    inlines = [SkillInline]
    instead_of_deleting = "Set the state to “Left” instead: what they hosted stays on record."
    refusals = {
        "skill_is_once_per_topic": "The same topic is listed twice.",
        "champion_who_applied_is_known": "Somebody who applied is told by email: leave their address as it is.",
    }

    refusing = (*KindAdmin.refusing, DiaryError)

    def save_model(self, request: HttpRequest, obj: Champion, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            know_by_email(champion=obj, email=form.cleaned_data["email"])
        if "state" in form.changed_data and not obj.is_active:
            self._name_coming_shifts(request, obj)

    def _name_coming_shifts(self, request: HttpRequest, champion: Champion) -> None:
        """Warn that they still host: ending a shift is for the organiser to decide, one surgery at a time."""
        shifts = Shift.objects.live().filter(champion=champion, ends_at__gt=timezone.now())
        surgeries = [shift.surgery for shift in shifts.select_related("surgery__venue__office").order_by("starts_at")]
        if surgeries:
            links = ((reverse("admin:surgeries_surgery_change", args=[each.pk]), each) for each in surgeries)
            words = "{} still hosts: {}. To end a shift, open the surgery, tick delete beside the host, and save."
            listed = format_html_join("; ", '<a href="{}">{}</a>', links)
            self.message_user(request, format_html(words, champion.name, listed), messages.WARNING)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("offices", "skills__topic")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offices to tick: a handful fits on the page."""
        return super().formfield_for_manytomany(db_field, request, **kwargs | {"widget": forms.CheckboxSelectMultiple})

    @admin.display(description="journal")
    def journal(self, champion: Champion) -> str:
        if not champion.pk:
            return "Nothing yet"
        return format_html(
            '<a href="{}">What they share of their journal</a>', reverse("bookings:shared_journal", args=[champion.pk])
        )

    @admin.display(description="offices")
    def where(self, champion: Champion) -> str:
        return ", ".join(office.name for office in champion.offices.all())

    @admin.display(description="topics")
    def knows(self, champion: Champion) -> str:
        return ", ".join(skill.topic.name for skill in champion.skills.all())

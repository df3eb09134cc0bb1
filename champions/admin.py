"""Champions and what they know, for organisers until they get pages of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from champions.models import Champion, Skill
from organisation.kind_admin import KindAdmin


class SkillInline(admin.TabularInline):
    """A topic on each line, with how well the champion knows it."""

    model = Skill
    fields = ("topic", "level")
    extra = 1


@admin.register(Champion)
class ChampionAdmin(KindAdmin):
    """Everybody sees the name, the line about themselves and the topics wherever the champion hosts."""

    fields = ("name", "about", "offices", "is_active")
    list_display = ["name", "where", "knows", "is_active"]
    list_filter = ["is_active", "offices", "topics"]
    search_fields = ["name", "about"]
    inlines = [SkillInline]
    instead_of_deleting = "Untick “is active” instead: what they hosted stays on record."
    refusals = {"skill_is_once_per_topic": "The same topic is listed twice."}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("offices", "skills__topic")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offices to tick: a handful fits on the page."""
        return super().formfield_for_manytomany(db_field, request, **kwargs | {"widget": forms.CheckboxSelectMultiple})

    @admin.display(description="offices")
    def where(self, champion: Champion) -> str:
        return ", ".join(office.name for office in champion.offices.all())

    @admin.display(description="topics")
    def knows(self, champion: Champion) -> str:
        return ", ".join(skill.topic.name for skill in champion.skills.all())

"""Who may sign in, and as what: for administrators."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.fields import WorkEmailField
from accounts.models import User
from accounts.second_factor import forget


class UserForm(forms.ModelForm):
    """An address and a name. What they may do is shown beside them, and changed elsewhere."""

    email = WorkEmailField(label="Work email address", help_text="Codes to sign in go there.")

    class Meta:
        model = User
        fields: ClassVar = ["email", "name", "is_staff", "is_superuser", "is_active"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Nobody is deleted: the history of what they did stays."""

    form = UserForm
    list_display = ["email", "name", "is_staff", "is_superuser", "is_active"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    ordering = ["email"]
    actions = ["forget_second_factor"]

    @admin.action(description="Forget their second factor, because it is lost, and sign them out")
    def forget_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """They sign in with the code alone, and those who have to have one are asked for a new one at once."""
        for user in queryset:
            forget(user=user)
        self.message_user(request, "Their second factor is forgotten, and they are signed out.", messages.SUCCESS)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """They read by email what they may do, and whoever is barred hosts no more: nothing here knows of either."""
        return ["is_staff", "is_superuser", "is_active"]

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Beside what cannot be changed here, the way to where it can."""
        if obj:
            page = reverse("letting_in:organiser", args=[obj.pk])
            words = 'All three are changed on <a href="{}">the page of what they may do</a>.'
            kwargs["help_texts"] = {"is_active": format_html(words, page)}
        return super().get_form(request, obj, change, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Somebody is let in on the page of the organisers, and told."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

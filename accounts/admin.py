"""Who may sign in, and as what: for administrators."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.fields import WorkEmailField
from accounts.models import User


class UserForm(forms.ModelForm):
    """An address, a name, and what they may do."""

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

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        """Nobody has a password; what Django keeps in its place is drawn once."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

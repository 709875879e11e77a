"""The administration of people and groups, in the administration's own look."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts import factor
from apps.accounts.models import SignInTries, User
from apps.audit import trail
from apps.audit.administration import ModelAdmin, RecordAdmin, asked

admin.site.unregister(Group)
# What makes a person more powerful: only those who may do everything grant it.
_POWERS = ("is_superuser", "is_staff", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]  # unfold: no types
    """People who sign in here."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_staff", "second_factor_shown", "last_login")
    list_select_related = ("second_factor",)
    actions = ("reset_second_factor",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """See `_POWERS`."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *_POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who may not do everything changes nobody who may: a new password would be theirs."""
        return _outranks(request, obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """See above."""
        return _outranks(request, obj) and bool(super().has_delete_permission(request, obj))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Notes which groups the person came into and left."""
        person = form.instance
        before = _groups(person)
        super().save_related(request, form, formsets, change)
        if (after := _groups(person)) != before:
            who, detail = request.user.get_username(), f"{before or 'none'} -> {after or 'none'}"
            trail.record(trail.By.ADMIN, who, "groups changed", person, detail)

    @display(description="second factor", boolean=True)
    def second_factor_shown(self, person: User) -> bool:
        """Whether there is one."""
        return hasattr(person, "second_factor")

    @admin.action(description="Reset the second factor (device lost)", permissions=["change"])
    def reset_second_factor(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Forgets others' devices. One's own is removed on its page, with a code."""
        words = "A password alone lets them in until they set up another device."
        title = f"Reset the second factor of {queryset.count()} user(s)?"
        if question := asked(self, request, "reset_second_factor", title, words, "Reset"):
            return question
        chosen = [one for one in queryset if self.has_change_permission(request, one)]
        others = [person for person in chosen if person != request.user]
        count = sum(factor.remove(person, request.user.get_username()) for person in others)
        self.message_user(request, f"{count} second factor(s) reset.", messages.SUCCESS)
        if len(others) < len(chosen):
            self.message_user(request, "Your own is removed on its page.", messages.WARNING)
        return None


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Sets of permissions."""


@admin.register(SignInTries)
class SignInTriesAdmin(RecordAdmin):
    """Who is locked out, and unlocking them."""

    list_display = ("username_shown", "network", "count", "since", "state")
    search_fields = ("username", "network")
    fields = ("username_shown", "network", "count", "since", "locked_until", "state")
    actions = ("unlock",)
    first_row = (
        "Nobody is locked out. Five failed attempts under one name, or fifty under any, lock the "
        "address they come from for fifteen minutes; then they are forgotten."
    )

    @display(description="user name", ordering="username")
    def username_shown(self, row: SignInTries) -> str:
        """The name that was typed, whether or not somebody has it."""
        return row.username or "any name"

    @display(description="state", label={"locked": "danger", "counted": "info"})
    def state(self, row: SignInTries) -> str:
        """Whether it is locked now."""
        return "locked" if row.locked_until and row.locked_until > timezone.now() else "counted"

    @admin.action(description="Unlock: let them try again at once", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[SignInTries]) -> None:
        """Forgets the tries."""
        for row in queryset:
            self.log_change(request, row, "Unlocked.")
        count, _ = queryset.delete()
        self.message_user(request, f"{count} unlocked.", messages.SUCCESS)


def _outranks(request: HttpRequest, person: User | None) -> bool:
    return person is None or request.user.is_superuser or not person.is_superuser


def _groups(person: User) -> str:
    return ", ".join(person.groups.order_by("name").values_list("name", flat=True))

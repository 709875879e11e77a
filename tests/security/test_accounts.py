"""Who signs in to the administration: guesses are few, codes open once, sessions end."""

from __future__ import annotations

import base64
import re
import time
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import factor, tries
from apps.accounts.models import SecondFactor, SignInTries, User
from apps.accounts.tasks import sweep
from apps.audit.models import AuditEvent

AREA = "Signing in: guessing, replay, fixation, lost devices"

pytestmark = pytest.mark.django_db
LOGIN, CODE, OWN = "/admin/login/", "/admin/login/code/", "/admin/second-factor/"
PASSWORD = "right-9-horse-staple"
BARRED = "Too many failed attempts"


@pytest.fixture(autouse=True)
def _fast(settings: LazySettings) -> None:
    """The product's slow hash is Django's; here it would only cost time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def anna() -> User:
    return User.objects.create_superuser("anna", password=PASSWORD)


@pytest.fixture
def device(anna: User) -> str:
    """The secret in Anna's telephone."""
    secret = factor.new_secret()
    assert factor.set_up(anna, secret, code_of(secret, -30))
    return secret


def code_of(secret: str, seconds: int = 0) -> str:
    """What a device shows: an implementation's that is not ours."""
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303
    return totp.generate(int(time.time()) + seconds).decode()


def try_in(browser: Client, password: str, name: str = "anna", **more: str) -> HttpResponse:
    return browser.post(f"{LOGIN}?next=/admin/", {"username": name, "password": password}, **more)


def comes_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def shown(answer: HttpResponse) -> str:
    return answer.content.decode()


def noted() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


# --- Guessing -------------------------------------------------------------------------------------


def test_after_five_guesses_the_right_password_opens_nothing_for_a_while(anna: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Client()
        for _ in range(tries.UNDER_ONE_NAME - 1):
            assert BARRED not in shown(try_in(browser, "wrong"))
        assert BARRED in shown(try_in(browser, "wrong"))
        answer = shown(try_in(browser, PASSWORD, name="ANNA "))
        until = timezone.now() + tries.WINDOW
        assert f"Try again at {until:%H:%M} UTC, in 15 minutes" in answer
        assert not comes_in(browser)
        clock.shift(tries.WINDOW + timedelta(seconds=1))
        try_in(browser, PASSWORD)
        assert comes_in(browser)
    assert noted() == ["failed to sign in"] * 5 + ["locked out", "signed in"]
    assert AuditEvent.objects.get(action="locked out").detail.startswith("5 tries since")


def test_a_name_that_nobody_has_is_told_the_same(anna: User) -> None:
    said = []
    with time_machine.travel(timezone.now(), tick=False):
        for name in ("anna", "nobody"):
            browser = Client()
            answers = [shown(try_in(browser, "wrong", name)) for _ in range(6)]
            said.append([re.sub(r'value="[^"]*"', "", one) for one in answers])
    assert said[0] == said[1]


def test_whoever_guesses_locks_out_nobody_elsewhere(anna: User) -> None:
    for _ in range(6):
        try_in(Client(), "wrong", REMOTE_ADDR="198.51.100.7")
    assert BARRED in shown(try_in(Client(), PASSWORD, REMOTE_ADDR="198.51.100.7"))
    browser = Client()
    try_in(browser, PASSWORD)
    assert comes_in(browser)


def test_one_password_under_many_names_is_stopped(anna: User) -> None:
    for number in range(tries.UNDER_ANY_NAME):
        answer = try_in(Client(), "Summer2026", f"person{number}")
    assert BARRED in shown(answer)
    assert BARRED in shown(try_in(Client(), PASSWORD))


def test_all_addresses_of_one_customer_are_one(anna: User) -> None:
    for number in range(6):
        try_in(Client(), "wrong", REMOTE_ADDR=f"2001:db8:1:2::{number}")
    assert BARRED in shown(try_in(Client(), PASSWORD, REMOTE_ADDR="2001:db8:1:2:ffff::1"))
    assert BARRED not in shown(try_in(Client(), "wrong", REMOTE_ADDR="2001:db8:1:3::1"))


def test_guesses_at_the_same_moment_all_count() -> None:
    """Each is counted before its password is looked at, which takes a while."""
    for _ in range(tries.UNDER_ONE_NAME):
        tries.take("anna")
    with pytest.raises(ValidationError, match=BARRED):
        tries.take("anna")


def test_without_the_count_guessing_would_go_on(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "take", lambda username: None)
    browser = Client()
    for _ in range(20):
        try_in(browser, "wrong")
    try_in(browser, PASSWORD)
    assert comes_in(browser)


def test_an_administrator_unlocks(anna: User, admin_client: Client) -> None:
    for _ in range(6):
        try_in(Client(), "wrong")
    page = reverse("admin:accounts_signintries_changelist")
    assert "locked" in shown(admin_client.get(page))
    row = SignInTries.objects.get(username="anna")
    admin_client.post(page, {"action": "unlock", "_selected_action": [row.pk]})
    browser = Client()
    try_in(browser, PASSWORD)
    assert comes_in(browser)
    assert AuditEvent.objects.filter(who="admin", detail__contains="Unlocked").exists()


def test_what_counts_no_longer_is_forgotten(anna: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        try_in(Client(), "wrong")
    try_in(Client(), "wrong", "other", REMOTE_ADDR="198.51.100.7")
    Session.objects.create(session_key="old", expire_date=timezone.now() - timedelta(days=1))
    sweep()
    assert set(SignInTries.objects.values_list("username", flat=True)) == {"", "other"}
    assert set(SignInTries.objects.values_list("network", flat=True)) == {"198.51.100.7"}
    assert not Session.objects.filter(session_key="old").exists()


@pytest.mark.parametrize("password", ["short-9-one", "password1234", "annaberger1990"])
def test_a_weak_password_is_refused(password: str, admin_client: Client) -> None:
    anna = User.objects.create_user("annaberger", password=PASSWORD)
    page = reverse("admin:auth_user_password_change", args=[anna.pk])
    sent = {"password1": password, "password2": password, "usable_password": "true"}
    assert admin_client.post(page, sent).status_code == 200
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)
    strong = dict.fromkeys(("password1", "password2"), "nobody guesses this") | {
        "usable_password": "true"
    }
    assert admin_client.post(page, strong).status_code == 302


# --- The second factor ----------------------------------------------------------------------------


def test_with_a_second_factor_the_password_opens_nothing(anna: User, device: str) -> None:
    browser = Client()
    answer = try_in(browser, PASSWORD)
    assert answer["Location"] == CODE
    assert not comes_in(browser)
    assert browser.get(OWN).status_code == 302
    assert "_auth_user_id" not in browser.session
    assert shown(browser.post(CODE, {"code": "000000"})).count("not right") >= 1
    assert not comes_in(browser)
    assert browser.post(CODE, {"code": code_of(device)})["Location"] == "/admin/"
    assert comes_in(browser)


def test_a_code_opens_once(anna: User, device: str) -> None:
    code = code_of(device)
    for expected in (True, False):
        browser = Client()
        try_in(browser, PASSWORD)
        browser.post(CODE, {"code": code})
        assert comes_in(browser) is expected
    assert not factor.accepts(anna, code_of(device, -30))  # nor one from before it
    SecondFactor.objects.update(last_step=0)  # a portal that did not remember
    assert factor.accepts(anna, code)


def test_codes_of_another_time_do_not_open(anna: User, device: str) -> None:
    assert not factor.accepts(anna, code_of(device, -90))
    assert not factor.accepts(anna, code_of(device, 90))
    assert not factor.accepts(anna, "\u0661\u0662\u0663\u0664\u0665\u0666")


def test_codes_are_guessed_as_seldom_as_passwords(anna: User, device: str) -> None:
    browser = Client()
    try_in(browser, PASSWORD)
    for _ in range(tries.UNDER_ONE_NAME):
        answer = browser.post(CODE, {"code": "000000"})
    assert BARRED in shown(answer)
    browser.post(CODE, {"code": code_of(device)})
    assert not comes_in(browser)


def test_a_recovery_code_opens_once(anna: User) -> None:
    secret = factor.new_secret()
    codes = factor.set_up(anna, secret, code_of(secret)) or []
    assert len(set(codes)) == 10
    for expected in (True, False):
        browser = Client()
        try_in(browser, PASSWORD)
        browser.post(CODE, {"code": codes[0].upper()})
        assert comes_in(browser) is expected
    assert "recovery code used" in noted()


def test_the_code_is_asked_for_a_while_and_of_the_same_password(anna: User, device: str) -> None:
    browser = Client()
    try_in(browser, PASSWORD)
    anna.set_password("another-9-horse")
    anna.save()
    assert browser.post(CODE, {"code": code_of(device)})["Location"] == LOGIN
    try_in(browser, "another-9-horse")
    with time_machine.travel(time.time() + 700):
        assert browser.post(CODE, {"code": code_of(device)})["Location"] == LOGIN
    assert Client().get(CODE)["Location"] == LOGIN


def test_a_device_is_set_up_shown_and_removed(anna: User) -> None:
    browser = Client()
    try_in(browser, PASSWORD)
    page = shown(browser.get(OWN))
    assert "data:image/svg+xml;base64," in page
    secret = re.findall(r'translate="no">([A-Z2-7 ]{39})<', page)[0].replace(" ", "")
    assert "not right" in shown(browser.post(OWN, {"code": "000000"}))
    assert not SecondFactor.objects.exists()
    answer = browser.post(OWN, {"code": code_of(secret)})
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", shown(answer))
    assert len(codes) == 10 and "no-store" in answer["Cache-Control"]
    page = shown(browser.get(OWN))
    assert not any(hidden in page for hidden in (*codes, secret))
    assert secret not in SecondFactor.objects.get().sealed
    browser.post(OWN, {"code": "000000", "do": "remove"})
    assert SecondFactor.objects.exists()
    again = browser.post(OWN, {"code": codes[1], "do": "codes"})
    new = re.findall(r"<code>([a-z2-7-]{19})</code>", shown(again))
    assert len(new) == 10 and not set(new) & set(codes)
    browser.post(OWN, {"code": codes[2], "do": "remove"})
    assert SecondFactor.objects.exists()
    browser.post(OWN, {"code": new[0], "do": "remove"})
    assert not SecondFactor.objects.exists()
    assert [one for one in noted() if "factor" in one] == [
        "second factor set up",
        "second factor removed",
    ]


def test_where_it_is_required_nobody_comes_in_without(anna: User, settings: LazySettings) -> None:
    earlier = Client()
    try_in(earlier, PASSWORD)
    assert comes_in(earlier)
    settings.ADMIN_SECOND_FACTOR = "required"
    assert not comes_in(earlier)
    browser = Client()
    assert try_in(browser, PASSWORD)["Location"] == CODE
    secret = re.findall(r'translate="no">([A-Z2-7 ]{39})<', shown(browser.get(CODE)))[0]
    assert not comes_in(browser)
    answer = browser.post(CODE, {"code": code_of(secret.replace(" ", ""))})
    assert "Recovery codes" in shown(answer) and comes_in(browser)
    browser.post(OWN, {"code": code_of(secret.replace(" ", ""), 30), "do": "remove"})
    assert SecondFactor.objects.exists()


def test_a_lost_device_is_reset_by_another(anna: User, device: str, admin_client: Client) -> None:
    page = reverse("admin:accounts_user_changelist")
    reset = {"action": "reset_second_factor", "_selected_action": [anna.pk]}
    themselves = Client()
    themselves.force_login(anna)
    themselves.post(page, reset)
    assert SecondFactor.objects.exists()
    assert "Reset the second factor of 1" in admin_client.post(page, reset).content.decode()
    assert SecondFactor.objects.exists()
    admin_client.post(page, reset | {"confirmed": "yes"})
    assert not SecondFactor.objects.exists()
    event = AuditEvent.objects.get(action="second factor removed")
    assert (event.who, event.thing) == ("admin", "anna")
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "anna")


# --- Sessions -------------------------------------------------------------------------------------


def test_a_session_that_somebody_prepared_is_not_signed_in(anna: User, device: str) -> None:
    browser = Client()
    browser.session.save()
    prepared = browser.session.session_key
    try_in(browser, PASSWORD)
    asked = browser.session.session_key
    browser.post(CODE, {"code": code_of(device)})
    assert len({prepared, asked, browser.session.session_key}) == 3
    assert not Session.objects.filter(session_key__in=[prepared, asked]).exists()


def test_signing_out_ends_the_session_at_the_server(anna: User) -> None:
    browser = Client()
    try_in(browser, PASSWORD)
    name, key = next((n, c.value) for n, c in browser.cookies.items() if "session" in n)
    browser.post("/admin/logout/")
    thief = Client()
    thief.cookies[name] = key
    assert not comes_in(thief)


def test_a_new_password_ends_the_other_sessions(anna: User) -> None:
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        try_in(browser, PASSWORD)
    new = "a-wholly-new-horse"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/admin/password_change/", sent).status_code == 302
    assert comes_in(here) and not comes_in(elsewhere)


# --- More power -----------------------------------------------------------------------------------


def test_nobody_makes_themselves_more_powerful(anna: User) -> None:
    clerk = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    browser = Client()
    browser.force_login(clerk)
    own = reverse("admin:accounts_user_change", args=[clerk.pk])
    fields = {"username": "clerk", "is_superuser": "on", "is_staff": "on", "is_active": "on"}
    dates = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    assert browser.post(own, fields | dates).status_code == 302
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    password = reverse("admin:auth_user_password_change", args=[anna.pk])
    assert browser.post(password, {"password1": "x", "password2": "x"}).status_code == 403
    delete = reverse("admin:accounts_user_delete", args=[anna.pk])
    assert browser.post(delete, {"post": "yes"}).status_code == 403


def test_a_change_of_groups_is_noted(anna: User, admin_client: Client) -> None:
    group = Group.objects.create(name="archivists")
    own = reverse("admin:accounts_user_change", args=[anna.pk])
    fields = {"username": "anna", "is_active": "on", "groups": [group.pk]}
    dates = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    assert admin_client.post(own, fields | dates).status_code == 302
    event = AuditEvent.objects.get(action="groups changed")
    assert (event.who, event.thing, event.detail) == ("admin", "anna", "none -> archivists")

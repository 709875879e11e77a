"""The second factor: codes of a device (TOTP, RFC 6238), each taken once, and recovery codes."""

from __future__ import annotations

import base64
import hmac
import secrets
import time

import zxingcpp
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction

from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.audit import trail
from apps.core import ids

_STEP_SECONDS = 30
# A device's clock may be off by so many steps.
_DRIFT = 1
_RECOVERY_CODES = 10


def new_secret() -> str:
    """160 random bits, in base32, as devices take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def of(person: User) -> SecondFactor | None:
    """What the person has set up."""
    return SecondFactor.objects.filter(user=person).first()


def picture(person: User, secret: str) -> str:
    """A QR code of the secret for the device's camera, as the address of an SVG image."""
    address = _totp(secret).get_provisioning_uri(person.get_username(), "Recto")
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode)
    svg = zxingcpp.write_barcode_to_svg(code).encode()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def set_up(person: User, secret: str, code: str) -> list[str] | None:
    """Takes a device that shows a right code; its recovery codes, or None for a wrong one."""
    step = _step_of(secret, code, after=-1)
    if step is None:
        return None
    with transaction.atomic():
        SecondFactor.objects.filter(user=person).delete()
        row = SecondFactor.objects.create(user=person, sealed=ids.seal(secret), last_step=step)
        _note(person, "second factor set up")
        return _new_codes(row)


def accepts(person: User, code: str) -> bool:
    """Whether the code, of the device or a recovery code, opens now. It does so only once."""
    row = of(person)
    if row is None:
        return False
    spelled = _plain(code)
    if not spelled.isdecimal():
        used, _ = row.recovery_codes.filter(digest=ids.digest(spelled)).delete()
        if used:
            _note(person, "recovery code used", f"{row.recovery_codes.count()} left")
        return used == 1
    try:
        secret = ids.unseal(row.sealed)
    except InvalidToken:  # sealed under another SECRET_KEY
        return False
    step = _step_of(secret, spelled, after=row.last_step)
    if step is None:
        return False
    # Of two requests with the same code one wins.
    fresh = SecondFactor.objects.filter(pk=row.pk, last_step__lt=step)
    return fresh.update(last_step=step) == 1


def renew_recovery_codes(person: User) -> list[str]:
    """Ten new ones; the old ones are worthless."""
    with transaction.atomic():
        row = SecondFactor.objects.select_for_update().get(user=person)
        row.recovery_codes.all().delete()
        _note(person, "recovery codes made")
        return _new_codes(row)


def remove(person: User, by: str = "") -> bool:
    """Forgets the device and its codes. `by`: whoever does it for the person."""
    with transaction.atomic():
        removed, _ = SecondFactor.objects.filter(user=person).delete()
        if removed:
            who = by or person.get_username()
            trail.record(trail.By.ADMIN, who, "second factor removed", person)
    return bool(removed)


def _new_codes(row: SecondFactor) -> list[str]:
    plain = [
        base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(_RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=row, digest=ids.digest(code)) for code in plain
    )
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in plain]


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The time step, later than `after`, whose code it is."""
    totp, now = _totp(secret), int(time.time()) // _STEP_SECONDS
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        right = totp.generate(step * _STEP_SECONDS)
        if hmac.compare_digest(right, _plain(code).encode()) and step > after:
            return step
    return None


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), 6, SHA1(), _STEP_SECONDS)  # noqa: S303  # RFC 6238's


def _plain(code: str) -> str:
    """As people type it."""
    return "".join(code.split()).replace("-", "").lower()


def _note(person: User, action: str, detail: str = "") -> None:
    trail.record(trail.By.ADMIN, person.get_username(), action, person, detail)

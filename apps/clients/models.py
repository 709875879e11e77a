"""The programs that call us, what they may do, and how they prove who they are."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from oauth2_provider.models import AbstractApplication

from apps.clients.addresses import normalize_hosts, normalize_origins, validate_web_address
from apps.core.ids import unseal

MOST_DAYS = 36_500  # a hundred years: what dates can hold has an end


class Scope(models.Model):
    """One permission, spelled as on the wire. Administrators tick scopes; code requires them."""

    name = models.CharField(max_length=64, primary_key=True)
    label = models.CharField(max_length=100)
    description = models.CharField(max_length=300)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiClient(AbstractApplication):  # type: ignore[misc]  # the base class has no types
    """A program that calls us: django-oauth-toolkit's application, plus its policies.

    A confidential client proves itself with a `Credential`; a public one (a page in a browser)
    is known by its registered origin and gets no token.
    """

    user = None  # a client belongs to the installation and survives the person who made it
    name = models.CharField(
        max_length=255, help_text="What people call the program; it is shown in lists and logs."
    )
    client_type = models.CharField(
        "kind",
        max_length=32,
        choices=AbstractApplication.CLIENT_TYPES,
        default=AbstractApplication.CLIENT_CONFIDENTIAL,
        help_text="Confidential: a server that can keep a secret. Public: a page in a browser; it "
        "is known by its origin and never gets a token.",
    )
    authorization_grant_type = models.CharField(
        max_length=44,
        choices=AbstractApplication.GRANT_TYPES,
        default=AbstractApplication.GRANT_CLIENT_CREDENTIALS,
        editable=False,
    )
    # Secrets are `Credential` rows. This inherited column is blank for ever (a constraint says
    # so): the toolkit's own validator would take a stored blank secret for a match.
    client_secret = models.CharField(max_length=255, blank=True, default="", editable=False)

    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="An inactive client is refused everywhere, at once, whatever it holds.",
    )
    is_sandbox = models.BooleanField(
        "sandbox",
        default=False,
        help_text="For trying out: pages are marked, sessions end after a few hours "
        "(SANDBOX_HOURS), limits left empty are small, and every request is logged.",
    )
    log_requests = models.BooleanField(
        "log all requests",
        default=False,
        help_text="The request log has what failed. Tick this to find what succeeded there, too: "
        "for as long as somebody looks for something.",
    )
    scopes = models.ManyToManyField(
        Scope, blank=True, related_name="clients", help_text="What the client may do."
    )
    default_scopes = models.ManyToManyField(
        Scope,
        blank=True,
        related_name="default_clients",
        help_text="What a token request that names no scope is granted.",
    )
    token_seconds = models.PositiveIntegerField(
        "access token lifetime",
        default=3600,
        validators=[MinValueValidator(900), MaxValueValidator(3600)],
        help_text="Seconds, 900 to 3600.",
    )
    session_idle_seconds = models.PositiveIntegerField(
        "session idle time",
        default=20 * 60,
        validators=[MinValueValidator(1)],
        help_text="Seconds after which a session that nobody uses ends.",
    )
    session_maximum_seconds = models.PositiveIntegerField(
        "session maximum life",
        default=24 * 60 * 60,
        validators=[MinValueValidator(1)],
        help_text="Seconds after which a session ends even when it is in use.",
    )
    workfile_seconds = models.PositiveIntegerField(
        "work file life",
        default=24 * 60 * 60,
        validators=[MinValueValidator(1)],
        help_text="Seconds an uploaded file is kept.",
    )
    envelope_days = models.PositiveIntegerField(
        "envelope retention",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text="Days an envelope is kept when the program does not say how long.",
    )
    envelope_maximum_days = models.PositiveIntegerField(
        "maximum envelope retention",
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text="Days for which the program may ask. A change counts for new envelopes only.",
    )
    origins = models.TextField(
        blank=True,
        default="",
        help_text="Sites that may embed the pages, one per line, exactly as scheme://host[:port]. "
        "Empty: no site may.",
    )
    download_hosts = models.TextField(
        blank=True,
        default="",
        help_text="Hosts from which documents may be fetched by URL, one per line. Empty: none.",
    )
    return_url = models.CharField(
        "return address",
        max_length=500,
        validators=[validate_web_address],
        blank=True,
        default="",
        help_text="Where a person who has completed a form is sent back to. The query gets "
        "sessionId and result added. Empty: there is no way back.",
    )
    allow_download = models.BooleanField(
        default=True, help_text="Viewers may download and print the document."
    )
    maximum_live_sessions = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Empty: unlimited; for a public client 1,000, for a sandbox 20.",
    )
    maximum_upload_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Empty: the server's own limit."
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: unlimited; for a public client 1,200, for a sandbox 120.",
    )
    maximum_storage_bytes = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="All work files together. Empty: unlimited; for a public client 20 GiB, "
        "for a sandbox 200 MiB.",
    )
    conversions_per_hour = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Documents converted; what was made already is not counted. Empty: unlimited; "
        "for a public client 6,000, for a sandbox 100.",
    )
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API client"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(client_secret=""), name="clients_apiclient_no_inherited_secret"
            ),
            models.CheckConstraint(
                condition=Q(token_seconds__range=(900, 3600)), name="clients_apiclient_token_life"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        """Whether the client runs where it cannot keep a secret."""
        return bool(self.client_type == self.CLIENT_PUBLIC)

    @property
    def origin_list(self) -> tuple[str, ...]:
        """The sites that may embed the pages, each spelled as a browser's `Origin` header."""
        return tuple(self.origins.split())

    @property
    def download_host_list(self) -> tuple[str, ...]:
        """The hosts from which documents may be fetched, in lower case."""
        return tuple(self.download_hosts.split())

    def clean(self) -> None:
        """Normalises the lists of addresses. Raises ValidationError for each field at fault."""
        super().clean()
        faults = {}
        for field, normalize in (
            ("origins", normalize_origins),
            ("download_hosts", normalize_hosts),
        ):
            try:
                setattr(self, field, normalize(getattr(self, field)))
            except ValueError as error:
                faults[field] = str(error)
        idle, maximum = self.session_idle_seconds, self.session_maximum_seconds
        if idle and maximum and maximum < idle:
            faults["session_maximum_seconds"] = "This is shorter than the idle time."
        days, most = self.envelope_days, self.envelope_maximum_days
        if days and most and most < days:
            faults["envelope_maximum_days"] = "This is shorter than the usual retention."
        if faults:
            raise ValidationError(faults)

    def is_usable(self, request: object) -> bool:
        """django-oauth-toolkit's hook: whether the client may do anything at all."""
        return self.is_active


class Credential(models.Model):
    """A secret or an access key. Only its digest is kept; people see the first characters."""

    class Kind(models.TextChoices):
        SECRET = "secret", "client secret"
        ACCESS_KEY = "access_key", "access key"

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=16, choices=Kind)
    label = models.CharField(max_length=100, blank=True)
    prefix = models.CharField("begins with", max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)
    last_used_at = models.DateTimeField("last used", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.prefix}..."

    def is_live(self) -> bool:
        """Whether it works now: neither revoked nor expired."""
        unexpired = self.expires_at is None or self.expires_at > timezone.now()
        return self.revoked_at is None and unexpired


class Usage(models.Model):
    """How much of something limited a client used in a period: one row, written over."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="usage")
    what = models.CharField(max_length=40)
    period = models.BigIntegerField()  # the number of the minute or hour since 1970
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(fields=["client", "what"], name="clients_usage_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.count}"


class Repeatable(models.Model):
    """An answer that is given again to a request with the same `Idempotency-Key`."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # its digest
    request = models.CharField(max_length=64)  # method, path and body, as a digest
    status = models.PositiveSmallIntegerField(null=True)  # None: being carried out
    body = models.TextField(blank=True)  # sealed
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="clients_repeatable_key")
        ]

    def __str__(self) -> str:
        return f"Answer {self.pk}"


class WebhookEndpoint(models.Model):
    """Where a client is told what happened. Messages are signed as Standard Webhooks has it."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(
        "address",
        max_length=500,
        validators=[validate_web_address],
        help_text="https://..., or http:// within one's own network.",
    )
    allow_private = models.BooleanField(
        "on a private network",
        default=False,
        help_text="The receiver's address is not public. Without this the portal refuses to "
        "connect to private addresses.",
    )
    is_active = models.BooleanField("active", default=True)
    secret = models.TextField(editable=False)  # sealed
    # After a rotation messages carry the signatures of both for a while.
    previous_secret = models.TextField(blank=True, editable=False)  # sealed
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Until then one worker speaks to it, and others leave it alone.
    busy_until = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)

    class Meta:
        ordering = ["client", "id"]
        verbose_name = "webhook"
        constraints = [
            models.UniqueConstraint(fields=["client", "url"], name="clients_webhook_address")
        ]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint: queue row and log row at once."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    message_id = models.CharField("message", max_length=48)
    event = models.CharField(max_length=64)
    body = models.TextField()  # sealed: it may name a session, whose id opens it
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField("next attempt", default=timezone.now)
    status = models.PositiveSmallIntegerField("last answer", null=True, blank=True)
    error = models.CharField("last fault", max_length=300, blank=True)
    created_at = models.DateTimeField("created", default=timezone.now)
    delivered_at = models.DateTimeField("delivered", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "webhook message"
        indexes = [
            models.Index(fields=["state", "due_at"], name="clients_webhook_due"),
            models.Index(fields=["created_at"], name="clients_webhook_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def message(self) -> str:
        """The JSON that is sent."""
        return unseal(self.body)

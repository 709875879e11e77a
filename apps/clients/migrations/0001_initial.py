# ruff: noqa: E501
import django.core.validators
import django.db.models.deletion
import oauth2_provider.generators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    # django-oauth-toolkit's tables refer to the swapped application model.
    run_before = [("oauth2_provider", "0001_initial")]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "client_id",
                    models.CharField(
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_id,
                        max_length=255,
                        unique=True,
                        verbose_name="client ID",
                    ),
                ),
                (
                    "redirect_uris",
                    models.TextField(
                        blank=True,
                        help_text="Allowed URIs list, space separated",
                        verbose_name="redirect URIs",
                    ),
                ),
                (
                    "post_logout_redirect_uris",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed Post Logout URIs list, space separated",
                        verbose_name="post logout redirect URIs",
                    ),
                ),
                (
                    "hash_client_secret",
                    models.BooleanField(default=True, verbose_name="hash client secret"),
                ),
                (
                    "skip_authorization",
                    models.BooleanField(default=False, verbose_name="skip authorization"),
                ),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "algorithm",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No OIDC support"),
                            ("RS256", "RSA with SHA-2 256"),
                            ("HS256", "HMAC with SHA-2 256"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="algorithm",
                    ),
                ),
                (
                    "allowed_origins",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed origins list to enable CORS, space separated",
                        verbose_name="allowed origins",
                    ),
                ),
                (
                    "registration_source",
                    models.CharField(
                        choices=[
                            ("manual", "Manual"),
                            ("dcr", "Dynamic Client Registration"),
                            ("cimd", "Client ID Metadata Document"),
                        ],
                        default="manual",
                        help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                        max_length=32,
                        verbose_name="registration source",
                    ),
                ),
                (
                    "cimd_expires_at",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="When the cached Client ID Metadata Document should be re-fetched",
                        null=True,
                        verbose_name="CIMD expires at",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What people call the program; it is shown in lists and logs.",
                        max_length=255,
                    ),
                ),
                (
                    "client_type",
                    models.CharField(
                        choices=[("confidential", "Confidential"), ("public", "Public")],
                        default="confidential",
                        help_text="Confidential: a server that can keep a secret. Public: a page in a browser; it is known by its origin and never gets a token.",
                        max_length=32,
                        verbose_name="kind",
                    ),
                ),
                (
                    "authorization_grant_type",
                    models.CharField(
                        choices=[
                            ("authorization-code", "Authorization code"),
                            ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                            ("implicit", "Implicit"),
                            ("password", "Resource owner password-based"),
                            ("client-credentials", "Client credentials"),
                            ("openid-hybrid", "OpenID connect hybrid"),
                        ],
                        default="client-credentials",
                        editable=False,
                        max_length=44,
                    ),
                ),
                (
                    "client_secret",
                    models.CharField(blank=True, default="", editable=False, max_length=255),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="An inactive client is refused everywhere, at once, whatever it holds.",
                        verbose_name="active",
                    ),
                ),
                (
                    "token_seconds",
                    models.PositiveIntegerField(
                        default=3600,
                        help_text="Seconds, 900 to 3600.",
                        validators=[
                            django.core.validators.MinValueValidator(900),
                            django.core.validators.MaxValueValidator(3600),
                        ],
                        verbose_name="access token lifetime",
                    ),
                ),
                (
                    "session_idle_seconds",
                    models.PositiveIntegerField(
                        default=1200,
                        help_text="Seconds after which a session that nobody uses ends.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="session idle time",
                    ),
                ),
                (
                    "session_maximum_seconds",
                    models.PositiveIntegerField(
                        default=86400,
                        help_text="Seconds after which a session ends even when it is in use.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="session maximum life",
                    ),
                ),
                (
                    "workfile_seconds",
                    models.PositiveIntegerField(
                        default=86400,
                        help_text="Seconds an uploaded file is kept.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="work file life",
                    ),
                ),
                (
                    "origins",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Sites that may embed the pages, one per line, exactly as scheme://host[:port]. Empty: no site may.",
                    ),
                ),
                (
                    "download_hosts",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Hosts from which documents may be fetched by URL, one per line. Empty: none.",
                    ),
                ),
                (
                    "allow_download",
                    models.BooleanField(
                        default=True, help_text="Viewers may download and print the document."
                    ),
                ),
                (
                    "maximum_live_sessions",
                    models.PositiveIntegerField(
                        blank=True, help_text="Empty: unlimited.", null=True
                    ),
                ),
                (
                    "maximum_upload_bytes",
                    models.PositiveBigIntegerField(
                        blank=True, help_text="Empty: the server's own limit.", null=True
                    ),
                ),
                (
                    "requests_per_minute",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: unlimited. With the in-memory cache each web process counts for itself.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "API client",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Scope",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=100)),
                ("description", models.CharField(max_length=300)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("secret", "client secret"), ("access_key", "access key")],
                        max_length=16,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=100)),
                ("prefix", models.CharField(max_length=8, verbose_name="begins with")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last used"),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="apiclient",
            name="default_scopes",
            field=models.ManyToManyField(
                blank=True,
                help_text="What a token request that names no scope is granted.",
                related_name="default_clients",
                to="clients.scope",
            ),
        ),
        migrations.AddField(
            model_name="apiclient",
            name="scopes",
            field=models.ManyToManyField(
                blank=True,
                help_text="What the client may do.",
                related_name="clients",
                to="clients.scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_secret", "")),
                name="clients_apiclient_no_inherited_secret",
            ),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.CheckConstraint(
                condition=models.Q(("token_seconds__range", (900, 3600))),
                name="clients_apiclient_token_life",
            ),
        ),
    ]

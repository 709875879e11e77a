"""Programs operate what is theirs: conversion jobs, sessions of every kind, webhooks."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from rest_framework.request import Request

from apps.clients import hooks, webhooks
from apps.conversion import ledger as jobs
from apps.dialects.base import json_body
from apps.dialects.native import operation_schema as schema
from apps.dialects.native import program_wire as wire
from apps.dialects.native.program_views import ProgramView, identity, raw_body, repeatable
from apps.document_sessions import ledger as sessions


@schema.described
class _Operation(ProgramView):
    """A call of a program about its own things."""


class Jobs(_Operation):
    """GET /api/v1/jobs?state=&format=&code=&limit=&cursor="""

    @schema.list_jobs
    def get(self, request: Request) -> HttpResponse:
        """The conversion jobs of the client's documents, newest first."""
        find = partial(
            jobs.jobs,
            self.actor,
            state=self.chosen("state", jobs.STATES),
            format=request.query_params.get("format", "").lower(),
            code=self.chosen("code", wire.CODES),
        )
        return self.page(find, wire.job, "state", "format", "code")


class Job(_Operation):
    """GET /api/v1/jobs/{id}"""

    @schema.get_job
    def get(self, request: Request, job: str) -> HttpResponse:
        """One job."""
        return self.one(wire.job(jobs.job(self.actor, identity(job))))


class JobRetry(_Operation):
    """POST /api/v1/jobs/{id}/retry"""

    @schema.retry_job
    @repeatable
    def post(self, request: Request, job: str) -> HttpResponse:
        """Tries a job that failed again; another is left as it is."""
        return self.one(wire.job(jobs.retry(self.actor, identity(job))))


class Sessions(_Operation):
    """GET /api/v1/sessions?state=&kind=&external_id=&limit=&cursor="""

    @schema.list_sessions
    def get(self, request: Request) -> HttpResponse:
        """The client's sessions of every kind, newest first."""
        find = partial(
            sessions.sessions,
            self.actor,
            state=self.chosen("state", sessions.STATES),
            kind=self.chosen("kind", sessions.KINDS),
            external_id=request.query_params.get("external_id", ""),
        )
        return self.page(find, wire.session, "state", "kind", "external_id")


class Session(_Operation):
    """GET /api/v1/sessions/{id}"""

    @schema.get_session
    def get(self, request: Request, session: str) -> HttpResponse:
        """One session, by its number or by the id that opens it."""
        return self.one(wire.session(sessions.session(self.actor, session)))


class SessionStop(_Operation):
    """POST /api/v1/sessions/{id}/stop"""

    @schema.stop_session
    @repeatable
    def post(self, request: Request, session: str) -> HttpResponse:
        """Stops a session; whoever has its page open is told the message."""
        body = json_body(request) if raw_body(request) else {}
        message = wire.text(body, "message", longest=500, default="")
        return self.one(wire.session(sessions.stop(self.actor, session, message)))


class Webhooks(_Operation):
    """GET, POST /api/v1/webhooks"""

    @schema.list_webhooks
    def get(self, request: Request) -> HttpResponse:
        """The client's webhooks."""
        return self.one({"items": [wire.webhook(one) for one in hooks.endpoints(self.actor)]})

    @schema.add_webhook
    @repeatable
    def post(self, request: Request) -> HttpResponse:
        """Adds a webhook, and tells its signing secret, this once."""
        url = wire.text(json_body(request), "url", longest=500)
        endpoint, secret = webhooks.register(self.actor, self.actor.require_client(), url)
        response = self.one(wire.webhook(endpoint, secret), 201)
        response["Location"] = f"/api/v1/webhooks/{endpoint.pk}"
        response["Cache-Control"] = "no-store"
        return response


class Webhook(_Operation):
    """GET, PATCH, DELETE /api/v1/webhooks/{id}"""

    @schema.get_webhook
    def get(self, request: Request, webhook: str) -> HttpResponse:
        """One webhook."""
        return self.one(wire.webhook(hooks.endpoint(self.actor, identity(webhook))))

    @schema.change_webhook
    def patch(self, request: Request, webhook: str) -> HttpResponse:
        """Switches a webhook on or off."""
        active = wire.flag(json_body(request), "active")
        endpoint = hooks.endpoint(self.actor, identity(webhook))
        self.require_match(wire.webhook(endpoint))
        webhooks.switch(self.actor, endpoint, active=active)
        return self.one(wire.webhook(endpoint))

    @schema.remove_webhook
    def delete(self, request: Request, webhook: str) -> HttpResponse:
        """Removes a webhook with its log."""
        endpoint = hooks.endpoint(self.actor, identity(webhook))
        self.require_match(wire.webhook(endpoint))
        webhooks.remove(self.actor, endpoint)
        return HttpResponse(status=204)


class WebhookSecret(_Operation):
    """POST /api/v1/webhooks/{id}/secret"""

    @schema.rotate_secret
    @repeatable
    def post(self, request: Request, webhook: str) -> HttpResponse:
        """Makes a new signing secret; for a day messages carry the old one's signature as well."""
        endpoint = hooks.endpoint(self.actor, identity(webhook))
        secret = webhooks.rotate_secret(self.actor, endpoint)
        response = self.one(wire.webhook(endpoint, secret))
        response["Cache-Control"] = "no-store"
        return response


class Deliveries(_Operation):
    """GET /api/v1/webhooks/{id}/deliveries?state=&limit=&cursor="""

    @schema.list_deliveries
    def get(self, request: Request, webhook: str) -> HttpResponse:
        """The log of a webhook's messages, newest first."""
        endpoint = hooks.endpoint(self.actor, identity(webhook))
        state = self.chosen("state", hooks.STATES)
        find = partial(hooks.deliveries, self.actor, endpoint, state=state)
        return self.page(find, wire.delivery, "state")


class Redelivery(_Operation):
    """POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver"""

    @schema.redeliver
    @repeatable
    def post(self, request: Request, webhook: str, delivery: str) -> HttpResponse:
        """Sends a message once more, under the same message id."""
        endpoint = hooks.endpoint(self.actor, identity(webhook))
        message = hooks.delivery(self.actor, endpoint, identity(delivery))
        webhooks.resend(self.actor, message)
        message.refresh_from_db()
        return self.one(wire.delivery(message))

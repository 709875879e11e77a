"""The names of what can go wrong. The words for people stand in `catalogue`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """One name for each failure; it never changes once released."""

    # Who is asking
    NOT_AUTHENTICATED = "not_authenticated"
    ORIGIN_UNKNOWN = "origin_unknown"
    SCOPE_MISSING = "scope_missing"
    QUOTA_EXCEEDED = "quota_exceeded"
    # What was sent
    MALFORMED_BODY = "malformed_body"
    INPUT_MISSING = "input_missing"
    INPUT_INVALID = "input_invalid"
    INPUT_CONFLICTS = "input_conflicts"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    NOT_ROUTED = "not_routed"
    PRECONDITION_FAILED = "precondition_failed"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    MEDIA_TYPE_UNSUPPORTED = "media_type_unsupported"
    # Sessions
    SESSION_NOT_FOUND = "session_not_found"
    SESSION_EXPIRED = "session_expired"
    SESSION_STOPPED = "session_stopped"
    SESSION_NOT_DELETABLE = "session_not_deletable"
    SESSION_KEY_WRONG = "session_key_wrong"
    # Documents
    WORK_FILE_NOT_FOUND = "work_file_not_found"
    PACKAGE_NOT_FOUND = "package_not_found"
    PACKAGE_NOT_COMPLETE = "package_not_complete"
    PACKAGE_ID_TAKEN = "package_id_taken"
    DOCUMENT_MISSING = "document_missing"
    DOCUMENT_ALREADY_ASSIGNED = "document_already_assigned"
    DOCUMENT_EMPTY = "document_empty"
    DOCUMENT_TOO_LARGE = "document_too_large"
    FORMAT_UNRECOGNIZED = "format_unrecognized"
    FORMAT_UNSUPPORTED = "format_unsupported"
    FORMAT_MISMATCH = "format_mismatch"
    FORMAT_NOT_COMPARABLE = "format_not_comparable"
    DOCUMENT_CORRUPT = "document_corrupt"
    PASSWORD_REQUIRED = "password_required"
    PASSWORD_WRONG = "password_wrong"
    DOWNLOAD_REFUSED = "download_refused"
    REMOTE_REFUSED = "remote_refused"
    REMOTE_FAILED = "remote_failed"
    # Templates and forms
    DATASOURCE_NOT_FOUND = "datasource_not_found"
    TEMPLATE_NOT_FOUND = "template_not_found"
    TEMPLATE_AMBIGUOUS = "template_ambiguous"
    TEMPLATE_GONE = "template_gone"
    FORM_INVALID = "form_invalid"
    FORM_FINISHED = "form_finished"
    FORM_NOT_FINISHED = "form_not_finished"
    DRAFT_OUTDATED = "draft_outdated"
    # Extraction
    EXTRACTION_DOCUMENT_NOT_FOUND = "document_not_found"
    REQUEST_NOT_FOUND = "request_not_found"
    EXPECTATION_FAILED = "expectation_failed"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    RESULT_OUTDATED = "result_outdated"
    # Envelopes
    ENVELOPE_NOT_FOUND = "envelope_not_found"
    ENVELOPE_MISSING = "envelope_missing"
    ENVELOPE_DENIED = "envelope_denied"
    ENVELOPE_ON_RESUME = "envelope_on_resume"
    ENVELOPE_ITEM_NOT_FOUND = "envelope_item_not_found"
    GRANT_NOT_FOUND = "grant_not_found"
    GRANT_EXISTS = "grant_exists"
    GRANT_INVALID = "grant_invalid"
    # Editing
    LAUNCH_TOKEN_WRONG = "launch_token_wrong"
    LAUNCH_TOKEN_USED = "launch_token_used"
    EDIT_VIEW_ONLY = "edit_view_only"
    AUTOSAVE_DISABLED = "autosave_disabled"
    REVISION_NOT_FOUND = "revision_not_found"
    REVISION_CONFLICT = "revision_conflict"
    EDIT_SESSION_OVER = "edit_session_over"
    DOCUMENT_LOCKED = "document_locked"
    STORAGE_FAILED = "storage_failed"
    # Conversion
    PAGE_NOT_FOUND = "page_not_found"
    NOT_READY = "not_ready"
    LIMIT_EXCEEDED = "limit_exceeded"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    ENGINE_CRASHED = "engine_crashed"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    JOB_NOT_FOUND = "job_not_found"
    # Faults of the server itself, at any call
    STORAGE_UNAVAILABLE = "storage_unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What people read: the title, the usual cause, and what to do about it."""

    title: str
    cause: str
    remedy: str

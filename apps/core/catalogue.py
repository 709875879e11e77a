"""What people read of each error: docs/reference/errors.md is generated from this module."""

from __future__ import annotations

from apps.core.codes import ErrorCode, Explanation

CATALOGUE: dict[ErrorCode, Explanation] = {
    ErrorCode.NOT_AUTHENTICATED: Explanation(
        "Authentication is required",
        "The request carries no credentials, or ones that are unknown, expired or revoked.",
        "Send `Authorization: Bearer` with a token from /o/token/, or an access key in "
        "`Acs-Api-Key`.",
    ),
    ErrorCode.ORIGIN_UNKNOWN: Explanation(
        "The page's origin is not registered",
        "The request carries no credentials, and its `Origin` is not exactly one of a public "
        "client's.",
        "Send a token or an access key from a server; for a page, have an administrator register "
        "its origin (scheme://host[:port]) with a public client.",
    ),
    ErrorCode.SCOPE_MISSING: Explanation(
        "A scope is missing",
        "The token or key is valid, but was not granted the scope this call needs.",
        "Ask for the scope named in the answer when you get the token; an administrator grants "
        "it to the client.",
    ),
    ErrorCode.QUOTA_EXCEEDED: Explanation(
        "A quota is used up",
        "The client has reached a limit an administrator set for it.",
        "Wait for running sessions to end or ask the administrator to raise the limit.",
    ),
    ErrorCode.MALFORMED_BODY: Explanation(
        "The body cannot be read",
        "The request's body is not well-formed JSON, or not a JSON object.",
        "Send a JSON object with `Content-Type: application/json`.",
    ),
    ErrorCode.INPUT_MISSING: Explanation(
        "A value is missing",
        "A required property was not sent.",
        "Add the property named in the answer.",
    ),
    ErrorCode.INPUT_INVALID: Explanation(
        "A value is not valid",
        "A property has the wrong type or a value outside what is allowed.",
        "Correct the property named in the answer; what is expected stands beside it.",
    ),
    ErrorCode.INPUT_CONFLICTS: Explanation(
        "Two values exclude each other",
        "The properties named in the answer cannot be used together.",
        "Leave one of them out.",
    ),
    ErrorCode.RANGE_NOT_SATISFIABLE: Explanation(
        "The range is not in the content",
        "The `Range` header begins after the last byte, or ends before it begins.",
        "Compare it with the length in the answer's `Content-Range`.",
    ),
    ErrorCode.NOT_ROUTED: Explanation(
        "There is nothing at this address",
        "No endpoint has this path.",
        "Compare the path with the API reference at /api/docs/.",
    ),
    ErrorCode.PRECONDITION_FAILED: Explanation(
        "It was changed meanwhile",
        "`If-Match` names another state than the one there is now. Nothing was changed.",
        "Get it again, look at what is different, and send the change with the new `ETag`.",
    ),
    ErrorCode.METHOD_NOT_ALLOWED: Explanation(
        "The method is not allowed here",
        "The endpoint exists, but does not answer this HTTP method.",
        "Use a method from the answer's `Allow` header.",
    ),
    ErrorCode.MEDIA_TYPE_UNSUPPORTED: Explanation(
        "The body's type is not supported",
        "The `Content-Type` header names another type than this endpoint reads.",
        "Send the type named in the answer.",
    ),
    ErrorCode.SESSION_NOT_FOUND: Explanation(
        "There is no such session",
        "The session id is unknown, has expired, or belongs to another client.",
        "Open a new session.",
    ),
    ErrorCode.SESSION_EXPIRED: Explanation(
        "The session has expired",
        "Nobody used the session for its idle time, or its maximum life is over.",
        "Open a new session.",
    ),
    ErrorCode.SESSION_STOPPED: Explanation(
        "The session was stopped",
        "The calling system or an administrator ended the session.",
        "Open a new session if one is still wanted.",
    ),
    ErrorCode.SESSION_NOT_DELETABLE: Explanation(
        "The session cannot be deleted",
        'Only sessions created with `serverCaching` "none" can be deleted.',
        'Stop the session instead, or create it with `serverCaching: "none"`.',
    ),
    ErrorCode.SESSION_KEY_WRONG: Explanation(
        "The session's key is missing or wrong",
        "The key cookie was not sent, belongs to another session, or was replaced when the session "
        "was resumed.",
        'Send cookies along (`credentials: "include"`); if the key is lost, start a new session.',
    ),
    ErrorCode.WORK_FILE_NOT_FOUND: Explanation(
        "There is no such work file",
        "The file id is unknown, has expired, or belongs to another client.",
        "Upload the file again.",
    ),
    ErrorCode.PACKAGE_NOT_FOUND: Explanation(
        "There is no such viewing package",
        "The package id is unknown, has expired, or belongs to another client.",
        "Create the package.",
    ),
    ErrorCode.PACKAGE_NOT_COMPLETE: Explanation(
        "The viewing package is not complete",
        "Its document is still being converted, or could not be converted.",
        "Ask the package's creator for its state, and use the package when that is complete.",
    ),
    ErrorCode.PACKAGE_ID_TAKEN: Explanation(
        "There is a viewing package with this id",
        "Another creator of this client has used the id, and its package has not expired.",
        "Choose another id, or delete that package first.",
    ),
    ErrorCode.DOCUMENT_MISSING: Explanation(
        "The session has no document yet",
        "No source document was uploaded or attached.",
        "Upload the document first.",
    ),
    ErrorCode.DOCUMENT_ALREADY_ASSIGNED: Explanation(
        "The session already has a document",
        "A session keeps the document it was given first.",
        "Open a new session for another document.",
    ),
    ErrorCode.DOCUMENT_EMPTY: Explanation(
        "The document is empty",
        "The upload held no bytes.",
        "Check that the file was read before it was sent, and send it again.",
    ),
    ErrorCode.DOCUMENT_TOO_LARGE: Explanation(
        "The document is too large",
        "The upload is larger than this server or this client allows.",
        "Send a smaller file or ask the administrator to raise the limit.",
    ),
    ErrorCode.FORMAT_UNRECOGNIZED: Explanation(
        "Unrecognized File Format",
        "The bytes do not tell the format, as with all text formats.",
        "Name the format of a text file, for example `csv`, in the query: `FileExtension`, or "
        "`extension` or `format` where the reference of the call says so.",
    ),
    ErrorCode.FORMAT_UNSUPPORTED: Explanation(
        "The format is not supported",
        "No engine here can read this format.",
        "Convert the document to PDF and send that.",
    ),
    ErrorCode.FORMAT_MISMATCH: Explanation(
        "The document is not what its name says",
        "The bytes could not be read as the format that was detected or named.",
        "Check the file: open it in its own program and save it again.",
    ),
    ErrorCode.FORMAT_NOT_COMPARABLE: Explanation(
        "The format cannot be compared here",
        "This interface compares Word documents (doc, docx) only.",
        "Save the document as .docx and send that.",
    ),
    ErrorCode.DOCUMENT_CORRUPT: Explanation(
        "The document is damaged",
        "Its structure is broken or incomplete.",
        "Open it in its own program, repair and save it, and send it again.",
    ),
    ErrorCode.PASSWORD_REQUIRED: Explanation(
        "The document needs a password",
        "It is encrypted and no password was given.",
        "Give the password on the page, or as `password` when opening the session.",
    ),
    ErrorCode.PASSWORD_WRONG: Explanation(
        "The password is wrong",
        "The document did not open with the password that was given.",
        "Check the password, also for capital letters, and try again.",
    ),
    ErrorCode.DOWNLOAD_REFUSED: Explanation(
        "Downloading is not allowed",
        "The system that opened this session does not let its document be downloaded.",
        "Ask the sender of the link for the file.",
    ),
    ErrorCode.REMOTE_REFUSED: Explanation(
        "The address is not allowed",
        "The URL's host is not on the client's list, or is not a public address.",
        "Ask the administrator to add the host to the client's allowed download hosts.",
    ),
    ErrorCode.REMOTE_FAILED: Explanation(
        "The document could not be fetched",
        "The server at the URL did not answer, or answered with an error.",
        "Check that the URL can be reached from this server.",
    ),
    ErrorCode.DATASOURCE_NOT_FOUND: Explanation(
        "There is no such datasource",
        "The datasource's id is unknown, or the client was not granted it.",
        "Compare the id with the administration, where datasources are granted to clients.",
    ),
    ErrorCode.TEMPLATE_NOT_FOUND: Explanation(
        "There is no such template",
        "No published, active template of the client's datasources has this id, name or tags.",
        "Compare with the list of templates; publish and activate the one that is meant.",
    ),
    ErrorCode.TEMPLATE_AMBIGUOUS: Explanation(
        "More than one template matches",
        "The tags fit several templates and the person may not choose among them.",
        'Name the template by its id, add tags, or set `AllowTemplatePicker="true"`.',
    ),
    ErrorCode.TEMPLATE_GONE: Explanation(
        "The template is no longer available",
        "It was deleted or deactivated after the session was opened.",
        "Choose another template, or ask the calling system for a new session.",
    ),
    ErrorCode.FORM_INVALID: Explanation(
        "The form is not complete or not correct",
        "One or more fields are empty, of the wrong type, unknown, or outside what is allowed.",
        "Correct the fields listed in `errors`.",
    ),
    ErrorCode.FORM_FINISHED: Explanation(
        "The form is finished already",
        "The document was made from it, here or in another window; it cannot change any more.",
        "Take the result, or ask the calling system for a new session.",
    ),
    ErrorCode.FORM_NOT_FINISHED: Explanation(
        "The form is not finished yet",
        "The person has not completed it, so that there is no document.",
        "Wait for the webhook `connect.completed`, or ask again later.",
    ),
    ErrorCode.DRAFT_OUTDATED: Explanation(
        "There is a newer draft",
        "Another window saved this form meanwhile. Nothing was overwritten.",
        "Take over the newer draft, or save again with its number to replace it.",
    ),
    ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND: Explanation(
        "There is no such document in the session",
        "The document id is unknown, was deleted, or belongs to another session.",
        "Compare the id with the session's requests, or send the document again.",
    ),
    ErrorCode.REQUEST_NOT_FOUND: Explanation(
        "There is no such request",
        "The request id is unknown or belongs to another session, or its session has ended.",
        "Compare the id with the session's requests, or send the document again.",
    ),
    ErrorCode.EXPECTATION_FAILED: Explanation(
        "The document is not of the expected class",
        "`Prefer` named classes or contexts with `handling=strict`, and the document is of none.",
        "Send another document, or leave `handling=strict` out to get the data with a warning.",
    ),
    ErrorCode.IDEMPOTENCY_KEY_REUSED: Explanation(
        "The idempotency key was used for something else",
        "An earlier request of this session had the same `Idempotency-Key` and another document.",
        "Use a new key for each document; repeat one only to repeat the same request.",
    ),
    ErrorCode.RESULT_OUTDATED: Explanation(
        "There is a newer version of the result",
        "Somebody corrected the same result meanwhile. Nothing was overwritten.",
        "Read the newer version and correct that.",
    ),
    ErrorCode.ENVELOPE_NOT_FOUND: Explanation(
        "There is no such envelope",
        "The envelope's id is unknown or not granted to the client, or its retention has ended.",
        "Compare the id; what was in an envelope whose retention has ended cannot be restored.",
    ),
    ErrorCode.ENVELOPE_MISSING: Explanation(
        "The session has no envelope",
        "Envelope calls act on the envelope that the session was started with; there is none.",
        "Start a session with `envelope`: its id and key, or `create`.",
    ),
    ErrorCode.ENVELOPE_DENIED: Explanation(
        "The envelope cannot be opened",
        "The key is wrong, or the access that is needed was not granted or was revoked.",
        "Check the key; the envelope's owner grants access.",
    ),
    ErrorCode.ENVELOPE_ON_RESUME: Explanation(
        "A resumed session keeps its envelope",
        "The session was resumed and `envelope` was sent; envelopes come with new sessions only.",
        "Leave `envelope` out to resume, or leave `sessionId` out to start a session with it.",
    ),
    ErrorCode.ENVELOPE_ITEM_NOT_FOUND: Explanation(
        "There is no such item in the envelope",
        "The item's id is unknown or belongs to another envelope.",
        "Ask for the list of items.",
    ),
    ErrorCode.GRANT_NOT_FOUND: Explanation(
        "There is no such grant",
        "The client was not granted access to this envelope, or lost it already.",
        "Ask for the list of grants.",
    ),
    ErrorCode.GRANT_EXISTS: Explanation(
        "There is such a grant already",
        "The client has this access, or another request changed its access at the same moment.",
        "Ask for the list of grants; revoke a grant first to change it.",
    ),
    ErrorCode.GRANT_INVALID: Explanation(
        "The grant is not possible",
        "The client is unknown or not active, or the access is none that can be granted.",
        "Correct the value named in the answer.",
    ),
    ErrorCode.LAUNCH_TOKEN_WRONG: Explanation(
        "The launch token is wrong",
        "The token is unknown, has expired or was revoked, or the key it was made with was.",
        "Make a new token with `POST /generate`.",
    ),
    ErrorCode.LAUNCH_TOKEN_USED: Explanation(
        "The launch token was used already",
        "A token opens the editor once, and somebody has opened it.",
        "Go back to the site that sent you here and open the document again.",
    ),
    ErrorCode.EDIT_VIEW_ONLY: Explanation(
        "The document was opened for viewing only",
        "The session was launched with `access=view`, or its document is fetched by `fileUrl`.",
        'Launch the editor with `access: "edit"` on a `file`.',
    ),
    ErrorCode.AUTOSAVE_DISABLED: Explanation(
        "This session saves only when told to",
        "It was launched with `autosavedisabled`: nothing is stored but by an explicit save.",
        "Save with the reason `explicit`.",
    ),
    ErrorCode.REVISION_NOT_FOUND: Explanation(
        "There is no such version",
        "The document has no version of this name, or it was removed with the oldest autosaves.",
        "Compare the name with the list of versions.",
    ),
    ErrorCode.REVISION_CONFLICT: Explanation(
        "There is a newer version",
        "Somebody saved the document meanwhile. Nothing was overwritten, and nothing was lost: "
        "what was sent is kept beside it, under the name in `kept`.",
        "Compare both versions; restore the one that is to go on, or save again on the newest.",
    ),
    ErrorCode.DOCUMENT_LOCKED: Explanation(
        "The document is locked",
        "An office suite edits it, or its lock is another than the one that was named.",
        "Wait until the suite gives the lock back; it lapses after 30 minutes.",
    ),
    ErrorCode.EDIT_SESSION_OVER: Explanation(
        "The editing session has ended",
        "It was closed or nobody used it for its idle time. What was sent is kept as a version "
        "beside the document, under the name in `kept`.",
        "Open the document again; the version is in its list.",
    ),
    ErrorCode.STORAGE_FAILED: Explanation(
        "The document could not be stored",
        "The storage or the database did not take it. The version that was stored before is as "
        "it was.",
        "Save again in a moment, and keep a copy of your own until it has worked.",
    ),
    ErrorCode.PAGE_NOT_FOUND: Explanation(
        "There is no such page",
        "The page number is outside the document; pages count from 0.",
        "Ask for the page count first.",
    ),
    ErrorCode.NOT_READY: Explanation(
        "The content is not ready yet",
        "The document is still being converted.",
        "Ask again in a moment.",
    ),
    ErrorCode.LIMIT_EXCEEDED: Explanation(
        "The document exceeds a limit",
        "It holds more pages, pixels or unpacked bytes than this server converts.",
        "Split or simplify the document.",
    ),
    ErrorCode.TIMEOUT: Explanation(
        "The conversion took too long",
        "The document was not finished within the time allowed for one document.",
        "Simplify the document or ask the administrator to raise CONVERSION_SECONDS.",
    ),
    ErrorCode.OUT_OF_MEMORY: Explanation(
        "The conversion needed too much memory",
        "The document was stopped at the memory limit for one document.",
        "Simplify the document or ask the administrator to raise CONVERSION_MEMORY_BYTES.",
    ),
    ErrorCode.ENGINE_CRASHED: Explanation(
        "The document stopped the converter",
        "The converter crashed on this document. No other document was affected.",
        "Open the document in its own program, save it again and send that.",
    ),
    ErrorCode.ENGINE_UNAVAILABLE: Explanation(
        "The converter is not available",
        "The conversion engine is not running or is being restarted.",
        "Try again in a minute; `manage.py doctor` tells the administrator what is wrong.",
    ),
    ErrorCode.JOB_NOT_FOUND: Explanation(
        "There is no such job",
        "The job id is unknown, has expired, or belongs to another client.",
        "Check the id.",
    ),
    ErrorCode.STORAGE_UNAVAILABLE: Explanation(
        "Documents cannot be stored or read at the moment",
        "The server's disk is full, or the storage of documents does not answer.",
        "Try again in a minute; `manage.py doctor` tells the administrator what is wrong.",
    ),
    ErrorCode.INTERNAL: Explanation(
        "Something went wrong on the server",
        "An unexpected error occurred; it was logged.",
        "Tell the administrator the correlation id.",
    ),
}

#!/usr/bin/env bash
# Shows a document to a person, reads its text, and ends the session.
#
#   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... examples/view.sh FILE
set -euo pipefail
: "${URL:?address of the portal}" "${CLIENT_ID:?}" "${CLIENT_SECRET:?}"
file=${1:?the document to show}
name=$(basename "$file")

# One member of an answer. An answer without it tells what is wrong, and is shown as it is.
field() { python3 -c 'import json, sys
answer = sys.stdin.read()
try: print(json.loads(answer)[sys.argv[1]])
except (ValueError, KeyError): sys.exit(answer)' "$1"; }
call() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "$@"; }

# 1. A token, good for up to an hour: ask once and keep it.
token=$(curl -sS --fail-with-body -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d grant_type=client_credentials "$URL/o/token/" | field access_token)

# 2. A session. externalId is your own name of the document.
session=$(call -H 'Content-Type: application/json' -d "{\"externalId\": \"$name\"}" \
  "$URL/PCCIS/V1/ViewingSession" | field viewingSessionId)

# 3. The document, as it is. Text formats need FileExtension.
call -T "$file" "$URL/PCCIS/V1/ViewingSession/u$session/SourceFile?FileExtension=${name##*.}"

# 4. The link for the person's browser.
echo "Link: $URL/view/u$session"

# 5. The text of the first page, once it is there. The session's id is all that this needs.
echo "Text:"
curl -sS --fail-with-body "$URL/PCCIS/V1/Document/q/0-0/Text?DocumentID=u$session" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["pages"][0]["text"])'

# 6. The end, when the person is done. Whoever opens the link afterwards reads this message.
if [ -z "${KEEP:-}" ]; then
  call -H 'Content-Type: application/json' \
    -d '{"httpStatus": 403, "endUserMessage": "You have finished reading."}' \
    "$URL/PCCIS/V1/ViewingSession/u$session/Notification/SessionStopped"
  echo "Stopped."
fi

#!/usr/bin/env bash
# Reads the data out of a document, and gives a person a page to check it on.
#
#   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... examples/extract.sh FILE
set -euo pipefail
: "${URL:?address of the portal}" "${CLIENT_ID:?}" "${CLIENT_SECRET:?}"
file=${1:?the document to read}

# One member of an answer. An answer without it tells what is wrong, and is shown as it is.
field() { python3 -c 'import json, sys
answer = sys.stdin.read()
try: print(json.loads(answer)[sys.argv[1]])
except (ValueError, KeyError): sys.exit(answer)' "$1"; }
call() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "$@"; }

token=$(curl -sS --fail-with-body -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d grant_type=client_credentials "$URL/o/token/" | field access_token)

# The key of a partition is yours: one for each of your users keeps their documents apart.
session=$(call -H 'Content-Type: application/json' -d '{"partitionKey": "user-1"}' \
  "$URL/session/start" | field sessionId)

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# 200 with the data, or 202 when it takes longer: then ask for the request until it has ended.
status=$(call -H "Session-Id: $session" -F "document=@$file" -o "$answer" -w '%{http_code}' \
  "$URL/documents/append") || { cat "$answer" >&2; exit 1; }
request=$(field requestId <"$answer")
while [ "$status" = 202 ]; do
  sleep 1
  call -H "Session-Id: $session" -o "$answer" "$URL/requests/$request"
  case $(field status <"$answer") in
    succeeded) status=200 ;;
    failed) cat "$answer" >&2; exit 1 ;;
  esac
done
python3 - "$answer" <<'PYTHON'
import json, sys

answer = json.load(open(sys.argv[1]))
answer = answer.get("result", answer)
print("Class:", answer["classIdentifier"])
for name, found in answer["fields"].items():
    print(f"{name}: {found['value']} (page {found['page'] + 1}, {found['confidence']:.2f})")
PYTHON

# Whoever has this address may see and correct the data while the session lives.
call -H "Session-Id: $session" -H 'Content-Type: application/json' -d '{"reviewer": "J. Doe"}' \
  "$URL/session/review" | python3 -c 'import json, sys; print("Review:", json.load(sys.stdin)["reviewUrl"])'

# Ending the session destroys the data and the working copies.
if [ -z "${KEEP:-}" ]; then
  call -H 'Content-Type: application/json' -d "{\"sessionId\": \"$session\"}" "$URL/session/end"
  echo "Ended."
fi

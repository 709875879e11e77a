#!/usr/bin/env bash
# Shows a person what changed between two Word documents, and lists the changes.
#
#   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... examples/compare.sh ORIGINAL REVISED
set -euo pipefail
: "${URL:?address of the portal}" "${CLIENT_ID:?}" "${CLIENT_SECRET:?}"
original=${1:?the original document} revised=${2:?the revised document}

# One member of an answer. An answer without it tells what is wrong, and is shown as it is.
field() { python3 -c 'import json, sys
answer = sys.stdin.read()
try: print(json.loads(answer)[sys.argv[1]])
except (ValueError, KeyError): sys.exit(answer)' "$1"; }
call() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "$@"; }

token=$(curl -sS --fail-with-body -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d grant_type=client_credentials "$URL/o/token/" | field access_token)
session=$(call -H 'Content-Type: application/json' -d '{"externalId": "Comparison"}' \
  "$URL/PCCIS/V1/ViewingSession" | field viewingSessionId)

# The comparison begins by itself when both are there.
call -T "$original" "$URL/v2/viewingSessions/$session/sourceFile/original"
call -T "$revised" "$URL/v2/viewingSessions/$session/sourceFile/revised"
echo "Link: $URL/view/u$session"

# 504 until it is done. Only `proof` tells whether the list is all there is.
until status=$(curl -sS -o changes.json -w '%{http_code}' \
  "$URL/v2/viewingSessions/$session/revisionData") && [ "$status" != 504 ]; do :; done
[ "$status" = 200 ] || { cat changes.json >&2; exit 1; }
python3 - <<'PYTHON'
import json

answer = json.load(open("changes.json"))
for change in answer["revisions"]:
    print(f"{change['kind']}: {change['text']}")
print("Proof:", json.dumps(answer["proof"]))
PYTHON

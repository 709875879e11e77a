#!/usr/bin/env bash
# Opens a document in the editor. Each save is a version, which your webhook is told of.
#
#   URL=http://127.0.0.1:8000 ACCESS_KEY=... examples/edit.sh FILE
set -euo pipefail
: "${URL:?address of the portal}" "${ACCESS_KEY:?}"
file=${1:?the document to edit}

# One member of an answer. An answer without it tells what is wrong, and is shown as it is.
field() { python3 -c 'import json, sys
answer = sys.stdin.read()
try: print(json.loads(answer)[sys.argv[1]])
except (ValueError, KeyError): sys.exit(answer)' "$1"; }
call() { curl -sS --fail-with-body -H "x-api-key: $ACCESS_KEY" "$@"; }

# Once for each document: the portal keeps it, with all its versions.
name=$(python3 -c 'import os, sys, urllib.parse
print(urllib.parse.quote(os.path.basename(sys.argv[1])))' "$file")
id=$(call --data-binary "@$file" -H 'Content-Type: application/octet-stream' \
  "$URL/api/v1/work-files?name=$name" | field id)
echo "File: $id"

# For each visit: a token, which opens the editor once, within 15 minutes.
token=$(call -H 'Content-Type: application/json' \
  -d "{\"userId\": \"user-1\", \"file\": \"$id\", \"access\": \"edit\"}" "$URL/generate" | field token)
echo "Link: $URL/editor?apitoken=$token"

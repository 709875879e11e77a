#!/usr/bin/env bash
# Opens a form that a person completes, and fetches the finished document.
#
#   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... examples/fill.sh DATASOURCE TEMPLATE
set -euo pipefail
: "${URL:?address of the portal}" "${CLIENT_ID:?}" "${CLIENT_SECRET:?}"
datasource=${1:?id of the datasource} template=${2:?id of the template}
connect="$URL/webapi/api/v3/$datasource/connect"

# One member of an answer. An answer without it tells what is wrong, and is shown as it is.
field() { python3 -c 'import json, sys
answer = sys.stdin.read()
try: print(json.loads(answer)[sys.argv[1]])
except (ValueError, KeyError): sys.exit(answer)' "$1"; }

# 1. A token, good for up to an hour: ask once and keep it.
token=$(curl -sS --fail-with-body "$URL/ids/connect/token" \
  -d grant_type=client_credentials -d scope=pd_ConnectWebApi \
  -d client_id="$CLIENT_ID" --data-urlencode client_secret="$CLIENT_SECRET" | field access_token)

# 2. The session. Forms is shown in the form, Data only fills the document. These are the fields of
#    the tutorial's letter; name those of your template.
session=$(curl -sS --fail-with-body "$connect/session" -H "Authorization: Bearer $token" \
  -H 'Content-Type: application/xml; charset=utf-8' --data-binary @- <<XML | field sessionId
<primedocsConnect>
  <Template Id="$template" />
  <Forms>
    <Value Key="Subject">From Sample Script</Value>
    <Value Key="Notes">Sample Note</Value>
  </Forms>
  <Data>
    <Value Key="InvoiceNumber">1234</Value>
  </Data>
</primedocsConnect>
XML
)
echo "Connect session id: $session"

# 3. The link for the person's browser.
echo "Link: $URL/app/web/connect?sessionId=$session"

# 4. The document, once the person has finished: 409 until then. A webhook saves you from asking.
if [ -n "${WAIT:-}" ]; then
  until status=$(curl -sS -o connect.pdf -w '%{http_code}' -H "Authorization: Bearer $token" \
    "$connect/session/$session/Result?conversion=Pdf") && [ "$status" != 409 ]; do
    sleep 1
  done
  [ "$status" = 200 ] || { cat connect.pdf >&2; exit 1; }
  echo "Saved connect.pdf"
fi

"""A tiny office suite: it speaks WOPI with the portal as the real ones do, from its server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import requests

from tests import factories

_DISCOVERY = """<wopi-discovery><net-zone name="external-http"><app name="writer">
<action name="edit" ext="docx" urlsrc="{base}/edit?&lt;ui=UI_LLCC&amp;&gt;"/>
</app></net-zone></wopi-discovery>"""
_PAGE = """<!doctype html><title>Suite</title><h1>{name}</h1><p id="who">{user}, {ui}</p>
<p id="size">{size}</p><button id="type">Type</button><button id="save">Save</button>
<button id="close">Close</button><script>
const data = {data};
const tell = (MessageId, Values = {{}}) =>
  parent.postMessage(JSON.stringify({{ MessageId, SendTime: Date.now(), Values }}), data.origin);
async function save() {{
  await fetch("/save", {{ method: "POST", body: JSON.stringify(data) }});
  tell("Doc_ModifiedStatus", {{ Modified: false }});
  tell("Action_Save_Resp", {{ success: true }});
}}
document.getElementById("type").onclick = () => tell("Doc_ModifiedStatus", {{ Modified: true }});
document.getElementById("save").onclick = save;
document.getElementById("close").onclick = () => tell("UI_Close");
addEventListener("message", (event) => {{
  if (event.origin !== data.origin) return;
  const {{ MessageId }} = JSON.parse(event.data);
  if (MessageId === "Host_PostmessageReady") document.title = "Suite, heard";
  if (MessageId === "Action_Save") save();
}});
tell("App_LoadingStatus", {{ Status: "Frame_Ready" }});
</script>"""


class _Suite(BaseHTTPRequestHandler):
    saves = 0

    def log_message(self, *arguments: object) -> None:
        """Tests print nothing."""

    def _answer(self, text: str, media_type: str = "text/html") -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> str:
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def do_GET(self) -> None:
        """Discovery."""
        assert self.path == "/hosting/discovery"
        self._answer(_DISCOVERY.format(base=f"http://{self.headers['Host']}"), "text/xml")

    def do_POST(self) -> None:
        """The page that the token is posted to, and its own calls."""
        if self.path == "/save":
            self._save(json.loads(self._body()))
            return self._answer("{}", "application/json")
        query = parse_qs(urlsplit(self.path).query)
        token = parse_qs(self._body())["access_token"][0]
        source = query["WOPISrc"][0]
        info = self._call("GET", source, token).json()
        size = len(self._call("GET", f"{source}/contents", token).content)
        self._call("POST", source, token, {"X-WOPI-Override": "LOCK", "X-WOPI-Lock": "suite"})
        data = {"source": source, "token": token, "origin": info["PostMessageOrigin"]}
        return self._answer(
            _PAGE.format(
                name=escape(info["BaseFileName"]),
                user=escape(info["UserFriendlyName"]),
                ui=escape(query.get("ui", [""])[0]),
                size=size,
                data=json.dumps(data),
            )
        )

    def _save(self, data: dict[str, str]) -> None:
        _Suite.saves += 1
        headers = {"X-WOPI-Override": "PUT", "X-WOPI-Lock": "suite"}
        body = factories.docx(f"Save {_Suite.saves}")
        self._call("POST", f"{data['source']}/contents", data["token"], headers, body)

    @staticmethod
    def _call(
        method: str,
        url: str,
        token: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> requests.Response:
        answer = requests.request(
            method, url, params={"access_token": token}, headers=headers, data=body, timeout=30
        )
        answer.raise_for_status()
        return answer


@contextmanager
def running() -> Iterator[str]:
    """Serves until the end of the block; its base address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Suite)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()

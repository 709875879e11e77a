"""A page group read over HTTP, against the same file served plainly by the same server program."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import requests
from PIL import Image

from benchmarks import documents
from benchmarks.measure import Cost, Costs, Row, ms, ratio, take_turns, wall
from tests.stack import PROJECT, Integrator, free_port, running_stack

_PAGES = 101
_BASELINE = "the same bytes as a plain file, by the same gunicorn"
_BLOCK = 64 * 1024


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """First byte, whole group, and a range of 64 KiB: for a light group and a heavy one."""
    times = 20 if quick else 100
    with running_stack() as stack:
        user = stack.integrator("Benchmarks")
        for kind, pdf in (("text", documents.text_pdf(_PAGES)), ("pictures", _heavy(_PAGES))):
            identity = _session(user, pdf, kind)
            url = f"{stack.url}/v3/viewingSessions/{identity}/content/root/pageGroups/1"
            content = requests.get(url, timeout=120).content
            path = directory / f"{kind}.pdf"
            path.write_bytes(content)
            with _plain(path) as plain:
                yield from _rows(kind, url, plain, len(content), times)


def _rows(kind: str, url: str, plain: str, size: int, times: int) -> Iterator[Row]:
    with requests.Session() as ours, requests.Session() as theirs:
        firsts: dict[str, Costs] = {"recto": [], _BASELINE: []}

        def read(name: str, http: requests.Session, address: str) -> Cost:
            began = time.perf_counter()
            with http.get(address, stream=True, timeout=60) as answer:
                chunks = answer.iter_content(_BLOCK)
                length = len(next(chunks))
                firsts[name].append(Cost(time.perf_counter() - began, 0.0))
                length += sum(map(len, chunks))
            assert length == size
            return Cost(time.perf_counter() - began, 0.0)

        for _ in range(10):  # every thread of both has seen a request
            read("recto", ours, url)
            read(_BASELINE, theirs, plain)
        firsts.update({"recto": [], _BASELINE: []})
        wholes = take_turns(
            range(times),
            {
                "recto": lambda _: read("recto", ours, url),
                _BASELINE: lambda _: read(_BASELINE, theirs, plain),
            },
        )
        note = f"{size / 1024:.0f} KiB; session, package and rendition looked up at each"
        yield _row(f"page group of {kind}: first byte", firsts, note)
        yield _row(f"page group of {kind}: all of it", wholes, note)
        ranges: Costs = []
        for number in range(times):
            start = number * 7919 % max(1, size - _BLOCK)
            span = {"Range": f"bytes={start}-{start + _BLOCK - 1}"}
            began = time.perf_counter()
            assert ours.get(url, headers=span, timeout=60).status_code == 206
            ranges.append(Cost(time.perf_counter() - began, 0.0))
        yield Row(what=f"page group of {kind}: 64 KiB somewhere", n=times, recto=ms(wall(ranges)))


def _row(what: str, taken: dict[str, Costs], note: str) -> Row:
    value = ratio(taken["recto"], taken[_BASELINE])
    return Row(
        what=what,
        n=value.n,
        recto=ms(wall(taken["recto"])),
        baseline=_BASELINE,
        theirs=ms(wall(taken[_BASELINE])),
        ratio=value.wall,
        note=note,
    )


def _session(user: Integrator, pdf: bytes, package_id: str) -> str:
    file_id = user.call("POST", "/PCCIS/V1/WorkFile", data=pdf).json()["fileId"]
    source = {"type": "workFile", "fileId": file_id}
    body = {"input": {"source": source, "packageId": package_id}}
    process = user.call("POST", "/v3/viewingPackageCreators", json=body).json()["processId"]
    while True:
        made = user.call("GET", f"/v3/viewingPackageCreators/{process}").json()
        if made["state"] != "processing":
            break
        time.sleep(0.05)
    assert made["state"] == "complete", made
    source = {"type": "viewingPackage", "packageId": package_id}
    answer = user.call("POST", "/v3/viewingSessions", json={"input": {"source": source}})
    return str(answer.json()["viewingSessionId"])


@contextmanager
def _plain(path: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.plain_files"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    command += ["--workers", "2", "--keep-alive", "30", "--log-level", "warning"]
    environment = os.environ | {"BENCH_FILE": str(path)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment) as process:
        url = f"http://127.0.0.1:{port}/"
        try:
            for _ in range(200):
                try:
                    requests.get(url, timeout=10)
                    break
                except requests.ConnectionError:
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()


def _heavy(pages: int) -> bytes:
    """Pages with a picture of 300 KiB each, none like another."""
    with pikepdf.new() as document:
        for page in range(pages):
            noise = Image.frombytes("RGB", (500, 360), os.urandom(500 * 360 * 3))
            stream = io.BytesIO()
            noise.save(stream, "JPEG", quality=90)
            picture = pikepdf.Stream(
                document,
                stream.getvalue(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=500,
                Height=360,
                BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceRGB,
                Filter=pikepdf.Name.DCTDecode,
            )
            added = document.add_blank_page(page_size=(595, 842)).obj
            added.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
            text = f"q 500 0 0 360 40 {page % 400} cm /P Do Q"
            added.Contents = document.make_stream(text.encode())
        whole = io.BytesIO()
        document.save(whole)
        return whole.getvalue()

"""A loudspeaker in a hundred lines: enrol, fetch the manifest, verify each file, play it, report.

It speaks docs/device-protocol.md and knows nothing of the server's code::

    python tests/devices/demo_client.py http://127.0.0.1:8000 --code 7K4M-92QX-5TBN --wav /tmp/loa
    python tests/devices/demo_client.py http://127.0.0.1:8000 --secret tld_… --once

Without ``--wav`` the sound goes nowhere (a null sink) but is decoded all the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av


class Loudspeaker:
    """One device: its secret, what it has, what it played."""

    def __init__(self, server: str, store: Path, secret: str = "", wav: Path | None = None) -> None:
        self.server, self.store, self.secret, self.wav = server.rstrip("/"), store, secret, wav
        self.etag, self.manifest, self.poll_after_s = "", {"items": []}, 60
        self.played: set[str] = set()
        store.mkdir(parents=True, exist_ok=True)

    def ask(
        self, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request; status, headers and bytes of the answer."""
        known = {"Content-Type": "application/json", **(headers or {})}
        if self.secret:
            known["Authorization"] = f"Bearer {self.secret}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data, known)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    def enrol(self, code: str) -> None:
        """Exchange a code for a secret."""
        body = {"code": code, "hardware_id": str(uuid.getnode()), "kind": "speaker_cluster",
                "software": "demo client 1"}  # fmt: skip
        status, _headers, answer = self.ask("/device/v1/enrol", body)
        if status != 201:
            raise SystemExit(f"not enrolled ({status}): {answer.decode()}")
        self.secret = json.loads(answer)["secret"]

    def refresh(self) -> bool:
        """Ask for the manifest; True when it changed."""
        status, headers, answer = self.ask(
            "/device/v1/manifest", None, {"If-None-Match": self.etag}
        )
        if status == 304:
            return False
        if status != 200:
            raise SystemExit(f"no manifest ({status}): {answer.decode()}")
        self.etag, self.manifest = headers["ETag"], json.loads(answer)
        self.poll_after_s = self.manifest["poll_after_s"]
        return True

    def fetch(self, asset: dict[str, Any]) -> Path:
        """The file of ``asset``, from the store or by ranges, checked against its hash."""
        path = self.store / f"{asset['sha256']}.mp3"
        part = path.with_suffix(".part")
        while not path.exists():
            have = part.stat().st_size if part.exists() else 0
            headers = {"Range": f"bytes={have}-{have + 100_000 - 1}"}
            status, _headers, block = self.ask(asset["url"], None, headers)
            if status not in (200, 206):
                raise SystemExit(f"no asset ({status})")
            with part.open("ab" if status == 206 else "wb") as file:
                file.write(block)
            if part.stat().st_size >= asset["bytes"]:
                if hashlib.sha256(part.read_bytes()).hexdigest() != asset["sha256"]:
                    part.unlink()
                    raise SystemExit("the file is not what the manifest promised")
                part.rename(path)
        return path

    def play(self, item: dict[str, Any]) -> dict[str, Any]:
        """Decode the whole file into the sink; what to report about it."""
        started_at, path = datetime.now(UTC), self.fetch(item["asset"])
        samples = 0
        sink = av.open(str(self.wav / f"{path.stem[:12]}.wav"), "w") if self.wav else None
        with av.open(str(path)) as source:
            out = sink.add_stream("pcm_s16le", rate=44_100, layout="mono") if sink else None
            resampler = av.AudioResampler(format="s16", layout="mono", rate=44_100)
            for frame in source.decode(audio=0):
                samples += frame.samples
                if sink is not None and out is not None:
                    for ready in resampler.resample(frame):
                        sink.mux(out.encode(ready))
        if sink is not None:
            sink.close()
        self.played.add(item["broadcast_id"])
        return {"broadcast_id": item["broadcast_id"], "sha256": item["asset"]["sha256"],
                "started_at": started_at.isoformat(), "ended_at": datetime.now(UTC).isoformat(),
                "result": "played" if samples else "failed"}  # fmt: skip

    def report(self, plays: list[dict[str, Any]]) -> int:
        """Tell how it goes; safe to repeat."""
        body = {"report_id": str(uuid.uuid4()), "at": datetime.now(UTC).isoformat(), "volume": 70,
                "manifest_etag": self.etag, "software": "demo client 1", "plays": plays}  # fmt: skip
        status, _headers, _answer = self.ask("/device/v1/state", body)
        return status

    def turn(self, now: datetime | None = None) -> list[dict[str, Any]]:
        """One round: refresh, have every file, play what is due and was not played, report."""
        self.refresh()
        moment = now or datetime.now(UTC)
        for item in self.manifest["items"]:
            self.fetch(item["asset"])
        due = [item for item in self.manifest["items"]
               if item["broadcast_id"] not in self.played
               and datetime.fromisoformat(item["starts_at"]) <= moment]  # fmt: skip
        plays = [self.play(item) for item in due]
        self.report(plays)
        return plays


def main() -> int:
    """Run until interrupted, or once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server")
    parser.add_argument("--code")
    parser.add_argument("--secret", default="")
    parser.add_argument("--store", type=Path, default=Path("var/demo-loudspeaker"))
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--once", action="store_true")
    asked = parser.parse_args()
    speaker = Loudspeaker(asked.server, asked.store, asked.secret, asked.wav)
    if asked.code:
        speaker.enrol(asked.code)
    while True:
        for play in speaker.turn():
            sys.stdout.write(f"{play['started_at']} {play['result']} {play['broadcast_id']}\n")
        if asked.once:
            return 0
        time.sleep(speaker.poll_after_s)


if __name__ == "__main__":
    sys.exit(main())

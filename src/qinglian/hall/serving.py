"""The server: threads of one process before the application, and a worker beside it that is kept alive."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

from qinglian.core.errors import QinglianError
from qinglian.hall.home import Home

THREADS = 8
RESTART_AFTER = 1.0
"""Seconds until a worker that died is started again."""


def listen(host: str, port: int) -> socket.socket:
    """Bind the address; port 0 takes a free one.

    Raises
    ------
    QinglianError
        ``hall.port_taken``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise QinglianError("hall.port_taken", port=port) from error
    sock.listen(1024)
    return sock


class Worker:
    """The worker process, started again when it dies."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.over = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and watch it."""
        threading.Thread(target=self._keep, daemon=True).start()

    def _keep(self) -> None:
        while not self.over.is_set():
            command = [sys.executable, "-m", "qinglian", "worker", "--home", str(self.home.folder)]
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command, stdin=subprocess.DEVNULL, env=dict(os.environ)
            )
            self.process.wait()
            self.over.wait(RESTART_AFTER)

    def stop(self) -> None:
        """Stop it for good: first kindly."""
        self.over.set()
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()


def serve_forever(home: Home, sock: socket.socket, *, with_worker: bool) -> None:
    """Serve until told to stop."""
    from django.conf import settings
    from waitress.server import create_server

    from qinglian.hall.wsgi import application

    worker = Worker(home)
    if with_worker:
        worker.start()
    options: dict[str, Any] = {
        "threads": THREADS,
        "ident": None,
        "max_request_body_size": settings.UPLOAD_LIMIT,
        "clear_untrusted_proxy_headers": True,
    }
    if home.proxies:
        options |= {
            "trusted_proxy": "*",
            "trusted_proxy_count": home.proxies,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        }
    server = create_server(application, sockets=[sock], **options)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        worker.stop()
        server.close()


def end_on_term() -> None:
    """Let a kind SIGTERM end the server as Ctrl-C does, worker included."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt

"""A mail server for the chaos run that can be told to behave badly, and that remembers every mail it has taken.

Just enough SMTP for the portal's own client. A mail counts as taken at the moment before its 250 is written.
"""

import email
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

WELL, REFUSING, HANGING, CUTTING = "well", "refusing", "hanging", "cut after the answer"
NO_ANSWER = 20.0


@dataclass(frozen=True)
class Taken:
    """One mail that was accepted: its name, to whom, and when by the monotonic clock."""

    message_id: str
    recipients: tuple[str, ...]
    at: float


class MailServer:
    """Listens on a port of its own until the process ends. ``manner`` may be changed at any time."""

    def __init__(self) -> None:
        self.manner = WELL
        self.taken: list[Taken] = []
        self.mistreated = 0
        self.answered = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, name="mail server", daemon=True).start()

    def wait_for_next(self, seconds: float) -> bool:
        """Wait until a mail that comes from now on has been taken and its 250 written."""
        with self.answered:
            return self.answered.wait(seconds)

    def _listen(self) -> None:
        while True:
            connection, _address = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.manner == HANGING:
                self.mistreated += 1
                deadline = time.monotonic() + NO_ANSWER
                while self.manner == HANGING and time.monotonic() < deadline:
                    time.sleep(0.1)
                return
            if self.manner == REFUSING:
                self.mistreated += 1
                connection.sendall(b"421 not now\r\n")
                return
            with connection.makefile("rb") as lines:
                self._talk(connection, lines)

    def _talk(self, connection: socket.socket, lines: IO[bytes]) -> None:
        recipients: list[str] = []
        connection.sendall(b"220 here\r\n")
        while line := lines.readline():
            word = line[:4].upper()
            if word == b"DATA":
                connection.sendall(b"354 go on\r\n")
                self._take(connection, lines, tuple(recipients))
                if self.manner == CUTTING:
                    self.mistreated += 1
                    return
                recipients = []
            elif word == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                if word == b"RCPT":
                    recipients.append(line.decode().partition("<")[2].partition(">")[0])
                connection.sendall(b"250 fine\r\n")

    def _take(self, connection: socket.socket, lines: IO[bytes], recipients: tuple[str, ...]) -> None:
        content = b""
        while (line := lines.readline()) and line != b".\r\n":
            content += line
        if not line:  # the other side is gone: it was not asked to keep this
            return
        name = str(email.message_from_bytes(content)["Message-ID"])
        self.taken.append(Taken(name, recipients, time.monotonic()))
        connection.sendall(b"250 taken\r\n")
        with self.answered:
            self.answered.notify_all()

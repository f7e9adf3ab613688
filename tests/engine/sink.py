"""A real mail server that takes everything: ``sink.py PORT FILE`` writes a line for each mail before it says yes."""

import email
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller


class Sink:
    """Keeps the Message-ID of each mail that it has taken."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def handle_DATA(self, server, session, envelope) -> str:
        message = email.message_from_bytes(envelope.content)
        with self.path.open("a") as file:
            file.write(f"{message['Message-ID']}\n")
        return "250 taken"


def main() -> None:
    controller = Controller(Sink(Path(sys.argv[2])), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()

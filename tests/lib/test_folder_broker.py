"""The broker in a folder: a message that cannot be read was lost, and ends nobody."""

from queue import Empty

import pytest
from kombu import Connection


@pytest.fixture
def channel(tmp_path):
    folders = {name: str(tmp_path / name) for name in ("data_folder_in", "control_folder")}
    for folder in folders.values():
        (tmp_path / folder).mkdir()
    options = {**folders, "data_folder_out": folders["data_folder_in"], "store_processed": False}
    with Connection("folder://localhost", transport_options=options) as connection:
        yield connection.channel()


@pytest.mark.parametrize("damaged", [b"", b'{"body": "e30', b"\xff"])
def test_half_a_message_is_passed_over(channel, tmp_path, damaged):
    (tmp_path / "data_folder_in" / "0_first.celery.msg").write_bytes(damaged)
    channel._put("celery", {"body": "look"})
    assert channel._get("celery") == {"body": "look"}
    with pytest.raises(Empty):
        channel._get("celery")


def test_nobody_meets_a_message_that_is_being_written(channel, tmp_path):
    channel._put("celery", {"body": "look"})
    assert [path.suffix for path in (tmp_path / "data_folder_in").iterdir()] == [".msg"]


def test_half_a_table_of_queues_is_written_anew(channel, tmp_path):
    (tmp_path / "control_folder" / "celery.exchange").write_bytes(b'[["celery"')
    channel._queue_bind("celery", "celery", "", "celery")
    assert [entry.queue for entry in channel.get_table("celery")] == ["celery"]

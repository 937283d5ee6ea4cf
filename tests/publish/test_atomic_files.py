"""Atomic files: each is the old or the new, links and pipes stay what they are, and nothing is left behind."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lalakg._errors import OutputError
from lalakg._publish.atomic_files import write_files
from support.folders import leftovers


def test_files_are_written_only_when_they_change(tmp_path: Path) -> None:
    assert write_files(tmp_path / "new", {"a": "é\n", "b": ""}) == ["a", "b"]
    assert (tmp_path / "new/a").read_bytes() == "é\n".encode()
    assert write_files(tmp_path / "new", {"a": "é\n", "b": "x"}) == ["b"]
    assert leftovers(tmp_path / "new") == []


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/file")
    for text in ("new", "changed"):
        assert write_files(tmp_path, {"link": text}) == ["link"]
        assert ((tmp_path / "link").is_symlink(), (tmp_path / "real/file").read_text()) == (True, text)
    assert leftovers(tmp_path) == leftovers(tmp_path / "real") == []


def test_what_is_no_file_takes_the_text_and_stays_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit((tmp_path / "pipe").read_text)
        assert write_files(tmp_path, {"pipe": "x"}) == ["pipe"]
        assert read.result(10) == "x"
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="/taken cannot be written: Is a directory"):
        write_files(tmp_path, {"taken": "x"})
    assert leftovers(tmp_path) == []
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        write_files(tmp_path / "file", {"a": "x"})

"""Following the logs: nothing old, nothing twice, nothing half."""

from pathlib import Path

from infra.dev.log_tail import LogTail


def write(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as log:
        log.write(text)


def test_only_new_and_whole_lines_are_told_with_the_name_of_their_server(tmp_path: Path) -> None:
    write(tmp_path / "postgres.log", "yesterday\n")
    tail = LogTail(tmp_path)
    write(tmp_path / "postgres.log", "受付\nhalf")
    write(tmp_path / "mail.log", "hello\n")

    first = tail.new_lines()
    write(tmp_path / "postgres.log", " a line\n")
    second = tail.new_lines()

    assert first == ["mail      | hello", "postgres  | 受付"]
    assert second == ["postgres  | half a line"]
    assert tail.new_lines() == []


def test_a_log_started_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    write(tmp_path / "worker.log", "a long line of yesterday\n")
    tail = LogTail(tmp_path)
    (tmp_path / "worker.log").unlink()
    write(tmp_path / "worker.log", "new\n")

    assert tail.new_lines() == ["worker    | new"]

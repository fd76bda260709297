"""All logs of a stack in one stream: every new line, with the name of the server that wrote it."""

from pathlib import Path

NAME_WIDTH = 10


class LogTail:
    """Reads on where it stopped, also when a log was started anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_bytes = {file: file.stat().st_size for file in folder.glob("*.log")}

    def new_lines(self) -> list[str]:
        """Complete lines written since the last call."""
        return [line for file in sorted(self._folder.glob("*.log")) for line in self._more_of(file)]

    def _more_of(self, file: Path) -> list[str]:
        start = self._read_bytes.get(file, 0)
        if file.stat().st_size < start:
            start = 0
        with file.open("rb") as log:
            log.seek(start)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._read_bytes[file] = start + len(whole) + len(newline)
        text = whole.decode(errors="replace")
        return [f"{file.stem:{NAME_WIDTH}}| {line}" for line in text.splitlines()]

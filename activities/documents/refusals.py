"""How a reading function says that a file is refused; only the limited process raises and catches it."""

from schemas.examination import RefusalCode


class FileRefusedError(Exception):
    """The file is refused for a reason of the closed list. Carries no content of the file."""

    def __init__(self, code: RefusalCode) -> None:
        self.code = code
        super().__init__(code.value)

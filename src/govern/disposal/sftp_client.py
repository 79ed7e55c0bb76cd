"""An SFTP client that takes the names of files as they are: bytes, which may be no UTF-8."""

from paramiko import SFTPClient
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR, CMD_REALPATH, SFTPError
from paramiko.sftp_attr import SFTPAttributes


class RawClient(SFTPClient):  # type: ignore[misc] # paramiko does not say its types
    """Paths may be given as bytes to every method of the client; only its listings read names as text."""

    def list_names(self, path: bytes) -> list[tuple[bytes, SFTPAttributes]]:
        """What is in a folder, by name, each with what the server says of it; `longname` is that in words."""
        kind, answer = self._request(CMD_OPENDIR, path)
        if kind != CMD_HANDLE:
            raise SFTPError("the server does not open the folder")
        handle = answer.get_binary()
        found = []
        try:
            while True:
                kind, answer = self._request(CMD_READDIR, handle)
                if kind != CMD_NAME:
                    raise SFTPError("the server does not list the folder")
                for _ in range(answer.get_int()):
                    name, words = answer.get_binary(), answer.get_binary()
                    attributes = SFTPAttributes._from_msg(answer)
                    attributes.longname = words
                    if name not in (b".", b".."):
                        found.append((name, attributes))
        except EOFError:  # that was all
            pass
        finally:
            self._request(CMD_CLOSE, handle)
        return sorted(found, key=lambda each: each[0])

    def real_path(self, path: bytes) -> bytes:
        """The path without links, as the server resolves it."""
        kind, answer = self._request(CMD_REALPATH, path)
        if kind != CMD_NAME or answer.get_int() != 1:
            raise SFTPError("the server does not resolve the path")
        return bytes(answer.get_binary())

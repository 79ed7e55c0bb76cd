"""The log as static files: served over HTTP, fetched by URL, written to a folder and read from it.

The files are those of C2SP tlog-tiles, so that any web server or object store can hold them too.
"""

from govern.mirror.bounded import BoundedHandler, BoundedServer
from govern.mirror.client import UrlReader
from govern.mirror.folder import FolderReader, plan_update, read_folder_part, write_files
from govern.mirror.processes import read_in_processes
from govern.mirror.server import LogServer

__all__ = [
    "BoundedHandler",
    "BoundedServer",
    "FolderReader",
    "LogServer",
    "UrlReader",
    "plan_update",
    "read_folder_part",
    "read_in_processes",
    "write_files",
]

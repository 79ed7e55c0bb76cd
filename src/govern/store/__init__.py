"""The store: SQLModel tables, the register of records, and the log's sequencer, on SQLite and PostgreSQL."""

from govern.store.database import Database
from govern.store.files import FolderFiles
from govern.store.last_signed import LastSignedFile
from govern.store.log import SqlLog, find_head
from govern.store.opening import open_database
from govern.store.register import SqlRegister

__all__ = ["Database", "FolderFiles", "LastSignedFile", "SqlLog", "SqlRegister", "find_head", "open_database"]

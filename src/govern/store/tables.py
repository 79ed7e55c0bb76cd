"""The tables. They do not leave this folder."""

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Integer, LargeBinary
from sqlmodel import Field, SQLModel

SCHEMA_VERSION = 3

_Serial = BigInteger().with_variant(Integer(), "sqlite")


class SettingRow(SQLModel, table=True):
    """What the database says of itself: the schema's version, the log's origin."""

    __tablename__ = "govern_setting"

    key: str = Field(primary_key=True)
    value: str


class RecordRow(SQLModel, table=True):
    """Every version of every record. Rows are added and never changed."""

    __tablename__ = "govern_record"

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: str


class OutboxRow(SQLModel, table=True):
    """Events that wait for their place in the log, written in the transaction of their change."""

    __tablename__ = "govern_outbox"

    seq: int | None = Field(default=None, sa_column=Column(_Serial, primary_key=True, autoincrement=True))
    event: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EntryRow(SQLModel, table=True):
    """The log: the exact bytes of each entry, and the chain that anybody can walk. Leaf hashes follow from bytes."""

    __tablename__ = "govern_entry"

    # In SQLite this is the row's own number, so that there is no index beside the table.
    position: int = Field(sa_column=Column(_Serial, primary_key=True, autoincrement=False))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    chain: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class NodeRow(SQLModel, table=True):
    """Hashes of the complete subtrees of 16, 256, 4,096 … leaves. All others follow from 16 of these, or of entries."""

    __tablename__ = "govern_node"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    level: int = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MatterRow(SQLModel, table=True):
    """The newest entry of each matter, as of some thousands of entries ago at most (see `matters`)."""

    __tablename__ = "govern_newest"  # until version 2 it was govern_matter, and as new as the log
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    matter: str = Field(primary_key=True)
    seq: int
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class HeadRow(SQLModel, table=True):
    """The log's head, one row: compared and swapped."""

    __tablename__ = "govern_head"

    id: int = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    chain: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    checkpoint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

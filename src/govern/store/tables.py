"""The tables. They do not leave this folder."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary
from sqlmodel import Field, SQLModel

SCHEMA_VERSION = 1

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
    """The log: the exact bytes of each entry, and hashes that anybody with SQL can walk."""

    __tablename__ = "govern_entry"

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    chain: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class NodeRow(SQLModel, table=True):
    """Hashes of complete subtrees above the leaves, for proofs."""

    __tablename__ = "govern_node"

    level: int = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MatterRow(SQLModel, table=True):
    """The newest entry of each matter."""

    __tablename__ = "govern_matter"

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

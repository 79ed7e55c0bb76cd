"""Destroying what lies in a store, and looking whether it is gone: folders, S3, SFTP, rows of PostgreSQL.

An adapter lists, reads, deletes and nothing else; what is destroyed and whether it may be is decided in the core.
"""

from govern.disposal.folder import FolderStore
from govern.disposal.own import guard_paths
from govern.disposal.stores import DeclaredStores

__all__ = ["DeclaredStores", "FolderStore", "guard_paths"]

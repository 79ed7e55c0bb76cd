"""What others attest: cosignatures of witnesses, over HTTP or by file, and time stamps of an authority."""

from govern.witness.attestations import FolderAttestations
from govern.witness.client import collect_cosignatures
from govern.witness.folder import FolderWitness, make_witness
from govern.witness.post import Reply, post
from govern.witness.server import WitnessServer
from govern.witness.timestamps import Stamp, check_stamp, make_stamp_request, read_imprint, request_stamp

__all__ = [
    "FolderAttestations",
    "FolderWitness",
    "Reply",
    "Stamp",
    "WitnessServer",
    "check_stamp",
    "collect_cosignatures",
    "make_stamp_request",
    "make_witness",
    "post",
    "read_imprint",
    "request_stamp",
]

"""`schemas/terms.yaml` → the contract terms that a law requires or allows."""

from govern.contracts import Term
from govern.library.places import Places
from govern.library.yaml_files import load_yaml


def load_terms(places: Places) -> list[Term]:
    """All terms, in the order of the file. An organisation's own file replaces it."""
    path = places.file("schemas/terms.yaml")
    if path is None:
        return []
    return [Term(**row) for row in load_yaml(path, name="schemas/terms.yaml").value]

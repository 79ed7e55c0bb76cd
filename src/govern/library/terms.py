"""`schemas/terms.yaml` → the contract terms that a law requires or allows."""

from govern.contracts import Term
from govern.errors import ContentError
from govern.library.places import Places
from govern.library.yaml_files import load_yaml


def load_terms(places: Places) -> list[Term]:
    """All terms, in the order of the file. An organisation's own file replaces it. Raises ContentError."""
    path = places.file("schemas/terms.yaml")
    if path is None:
        return []
    source = load_yaml(path, name="schemas/terms.yaml")
    if not isinstance(source.value, list):
        raise ContentError("expected a list of terms", where=source.where())
    terms = []
    for index, row in enumerate(source.value):
        try:
            terms.append(Term(**row))
        except (TypeError, ValueError) as problem:
            hint = "each term has id, document, cite, requirement, mandatory, required_when and obligation"
            raise ContentError("this term does not fit", where=source.where((index,)), hint=hint) from problem
    return terms

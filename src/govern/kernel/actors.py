"""Who acts, and which role may do what. The one table for command line, Python and web."""

from dataclasses import dataclass
from enum import StrEnum

from govern.errors import RefusedError


class Role(StrEnum):
    """What somebody is in an organisation, as far as `govern` is concerned."""

    COUNSEL = "counsel"
    COMPLIANCE_OFFICER = "compliance_officer"
    AUDITOR = "auditor"
    PROJECT_OWNER = "project_owner"
    VENDOR_MANAGER = "vendor_manager"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. The id is a pseudonym: it stands in the log for ever, so it is never a name or address."""

    id: str
    roles: frozenset[Role]


_ALL = frozenset(Role)
_WRITERS = _ALL - {Role.AUDITOR}

MAY: dict[str, frozenset[Role]] = {
    "read": _ALL,
    "change_facts": _WRITERS,
    "check_gaps": _ALL,
    "waive_gap": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "draft_contract": frozenset({Role.COUNSEL, Role.COMPLIANCE_OFFICER, Role.PROJECT_OWNER, Role.ADMINISTRATOR}),
    "finalise_contract": frozenset({Role.COUNSEL, Role.ADMINISTRATOR}),
    "plan_retention": _ALL,
    "keep_records": _WRITERS,
    "take_inventory": _ALL,
    "set_schedule": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "resolve_conflict": frozenset({Role.COUNSEL, Role.ADMINISTRATOR}),
    "decide_review": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "hand_over": frozenset(
        {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.PROJECT_OWNER, Role.VENDOR_MANAGER, Role.ADMINISTRATOR}
    ),
    "issue_hold": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "release_hold": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "plan_destruction": frozenset(
        {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.PROJECT_OWNER, Role.VENDOR_MANAGER, Role.ADMINISTRATOR}
    ),
    "approve_destruction": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "destroy_records": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "import_vendor_certificate": frozenset(
        {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.VENDOR_MANAGER, Role.PROJECT_OWNER, Role.ADMINISTRATOR}
    ),
    "create_workspace": frozenset({Role.ADMINISTRATOR}),
    "read_document": _ALL,
    "seal_personal": _WRITERS,
    "read_personal": frozenset({Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "erase_person": frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    "rotate_vault": frozenset({Role.ADMINISTRATOR}),
    "rotate_key": frozenset({Role.ADMINISTRATOR}),
    "recover_log": frozenset({Role.ADMINISTRATOR}),
    "attest_log": frozenset({Role.AUDITOR, Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
    "export_log": frozenset({Role.AUDITOR, Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR}),
}
"""Each act, and the roles that may do it."""


def check_may(actor: Actor, act: str) -> None:
    """Return if one of the actor's roles may do this. Raises RefusedError that names the roles that may."""
    allowed = MAY[act]
    if not actor.roles & allowed:
        words = ", ".join(sorted(role.value.replace("_", " ") for role in allowed))
        what = act.replace("_", " ")
        raise RefusedError(f"`{actor.id}` may not {what}", hint=f"this is for: {words}")

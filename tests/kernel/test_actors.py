"""Which role may do what."""

import pytest

from govern.errors import RefusedError
from govern.kernel import MAY, Actor, Role, check_may

EVERYBODY = set(Role)
TABLE = {
    "read": EVERYBODY,
    "change_facts": EVERYBODY - {Role.AUDITOR},
    "check_gaps": EVERYBODY,
    "waive_gap": {Role.COUNSEL, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR},
    "draft_contract": {Role.COUNSEL, Role.COMPLIANCE_OFFICER, Role.PROJECT_OWNER, Role.ADMINISTRATOR},
    "finalise_contract": {Role.COUNSEL, Role.ADMINISTRATOR},
    "plan_retention": EVERYBODY,
    "plan_destruction": EVERYBODY - {Role.AUDITOR},
    "approve_destruction": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "destroy_records": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "import_vendor_certificate": EVERYBODY - {Role.AUDITOR},
    "take_inventory": EVERYBODY,
    "keep_records": EVERYBODY - {Role.AUDITOR},
    "set_schedule": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "resolve_conflict": {Role.COUNSEL, Role.ADMINISTRATOR},
    "decide_review": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "hand_over": EVERYBODY - {Role.AUDITOR},
    "issue_hold": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "release_hold": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "create_workspace": {Role.ADMINISTRATOR},
    "read_document": EVERYBODY,
    "seal_personal": EVERYBODY - {Role.AUDITOR},
    "read_personal": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "erase_person": {Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR},
    "rotate_vault": {Role.ADMINISTRATOR},
    "rotate_key": {Role.ADMINISTRATOR},
    "recover_log": {Role.ADMINISTRATOR},
    "attest_log": {Role.AUDITOR, Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
    "export_log": {Role.AUDITOR, Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
}


def test_the_table_is_the_one_that_was_decided():
    assert MAY == TABLE


@pytest.mark.parametrize("act", sorted(MAY))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(act, role):
    actor = Actor("a-1", frozenset({role}))

    if role in TABLE[act]:
        assert check_may(actor, act) is None
    else:
        with pytest.raises(RefusedError):
            check_may(actor, act)


def test_one_role_of_several_is_enough():
    check_may(Actor("a-1", frozenset({Role.AUDITOR, Role.COUNSEL})), "finalise_contract")


@pytest.mark.parametrize("roles", [frozenset(), frozenset({Role.VENDOR_MANAGER})])
def test_a_refusal_names_the_roles_that_may(roles):
    with pytest.raises(RefusedError, match="`a-1` may not finalise contract") as caught:
        check_may(Actor("a-1", roles), "finalise_contract")

    assert caught.value.hint == "this is for: administrator, counsel"
    assert caught.value.exit_status == 6

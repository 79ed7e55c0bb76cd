"""Which role may do what."""

import pytest

from govern.errors import RefusedError
from govern.kernel.actors import MAY, Actor, Role, check_may


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", MAY)
def test_a_role_may_or_is_refused(act, role):
    actor = Actor("user:7", frozenset({role}))

    if role in MAY[act]:
        check_may(actor, act)
    else:
        with pytest.raises(RefusedError):
            check_may(actor, act)


def test_one_role_of_several_is_enough():
    check_may(Actor("user:7", frozenset({Role.AUDITOR, Role.COUNSEL})), "finalise_contract")


def test_a_refusal_names_who_may():
    with pytest.raises(RefusedError) as caught:
        check_may(Actor("user:7", frozenset({Role.AUDITOR})), "finalise_contract")
    assert str(caught.value) == "`user:7` may not finalise contract (hint: this is for: administrator, counsel)"
    assert caught.value.exit_status == 6


def test_nobody_without_a_role():
    for act in MAY:
        with pytest.raises(RefusedError):
            check_may(Actor("user:8", frozenset()), act)

from contextlib import nullcontext

import pytest

from auth.errors import Forbidden
from auth.models import Role
from auth.permissions import CLASS_RULES, HOUSE_RULES, Action, RoleInClass, permits, permits_in_class, require


def test_every_action_has_one_rule() -> None:
    assert set(HOUSE_RULES).isdisjoint(CLASS_RULES)
    assert set(HOUSE_RULES) | set(CLASS_RULES) == set(Action)


@pytest.mark.parametrize("action", HOUSE_RULES)
@pytest.mark.parametrize("role", Role)
def test_the_table_is_what_is_asked_about_the_house(action: Action, role: Role) -> None:
    allowed = role in HOUSE_RULES[action].roles
    assert permits(action, role) is allowed
    with nullcontext() if allowed else pytest.raises(Forbidden):
        require(action, role)


@pytest.mark.parametrize("action", CLASS_RULES)
@pytest.mark.parametrize("role", RoleInClass)
def test_the_table_is_what_is_asked_about_a_class(action: Action, role: RoleInClass) -> None:
    assert permits_in_class(action, role.value) is (role in CLASS_RULES[action].roles)


@pytest.mark.parametrize("action", CLASS_RULES)
@pytest.mark.parametrize("role", [None, "", "admin", "support"])
def test_who_is_not_in_a_class_may_do_nothing_there(action: Action, role: str | None) -> None:
    assert not permits_in_class(action, role)


def test_support_sees_and_changes_nothing_but_its_own_account() -> None:
    may = {action for action in HOUSE_RULES if permits(action, Role.SUPPORT)}
    # The catalogue is open to everybody who has an account.
    assert may == {Action.USE_OWN_ACCOUNT, Action.BROWSE_COURSES, Action.SEE_ACCOUNTS, Action.SEE_ROOMS}


def test_administrators_neither_teach_nor_learn() -> None:
    assert not permits(Action.CREATE_CLASSES, Role.ADMIN)
    assert not permits(Action.JOIN_CLASSES, Role.ADMIN)

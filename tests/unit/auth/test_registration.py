import pytest

from auth.models import Role
from auth.registration import RegistrationMode, RegistrationPolicy, read_policy


def test_nobody_registers_as_admin_or_support() -> None:
    policy = RegistrationPolicy()
    assert policy.mode(Role.ADMIN) is policy.mode(Role.SUPPORT) is RegistrationMode.CLOSED
    assert policy.mode(Role.STUDENT) is policy.mode(Role.TEACHER) is RegistrationMode.OPEN


def test_a_policy_is_read_as_it_is_written() -> None:
    for text in ("student=open,teacher=approval", "student=closed,teacher=invitation"):
        assert str(read_policy(text)) == text


def test_a_role_that_is_not_named_may_not_register() -> None:
    assert read_policy("student=open") == RegistrationPolicy(RegistrationMode.OPEN, RegistrationMode.CLOSED)
    assert read_policy(" teacher = open ") == RegistrationPolicy(RegistrationMode.CLOSED, RegistrationMode.OPEN)


@pytest.mark.parametrize("text", ["", "open", "admin=open", "student=sometimes", "student=open,student=closed"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be like student=open,teacher=approval"):
        read_policy(text)

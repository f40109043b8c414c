"""Who may do what: one table of roles and actions. Pure; the code asks it, and docs/administrators/rights.md is made from it.

An account's role decides about the house. About a class, and all that belongs to it, the role in that class decides, whatever the
account's role is. What one document allows is finer still: see ``documents.access``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from auth.errors import Forbidden
from auth.models import Role


class RoleInClass(StrEnum):
    """What a person is in one class."""

    TEACHER = "teacher"
    STUDENT = "student"


class Action(StrEnum):
    """What somebody may be allowed to do."""

    USE_OWN_ACCOUNT = "use_own_account"
    CREATE_CLASSES = "create_classes"
    JOIN_CLASSES = "join_classes"
    BROWSE_COURSES = "browse_courses"
    CREATE_COURSES = "create_courses"
    SEE_ACCOUNTS = "see_accounts"
    CHANGE_ACCOUNTS = "change_accounts"
    ERASE_ACCOUNTS = "erase_accounts"
    READ_AUDIT = "read_audit"
    SEE_ROOMS = "see_rooms"
    ACT_ON_ROOMS = "act_on_rooms"
    SEE_ANY_LOG = "see_any_log"
    SEE_CLASS = "see_class"
    LEAVE_CLASS = "leave_class"
    TEACH_CLASS = "teach_class"


@dataclass(frozen=True, slots=True)
class HouseRule:
    """Which accounts may do something anywhere in the house; all others can see that it exists, and get 403."""

    roles: frozenset[Role]
    about: str


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Who may do something in a class they are in. Others of the class get 403; who is not in it gets 404."""

    roles: frozenset[RoleInClass]
    about: str


_EVERYBODY = frozenset(Role)
_OFFICE = frozenset({Role.ADMIN, Role.SUPPORT})
_ADMINS = frozenset({Role.ADMIN})
_MEMBERS = frozenset(RoleInClass)
_TEACHERS = frozenset({RoleInClass.TEACHER})

HOUSE_RULES: Mapping[Action, HouseRule] = MappingProxyType(
    {
        Action.USE_OWN_ACCOUNT: HouseRule(_EVERYBODY, "see and change their own account, and whatever is only theirs"),
        Action.CREATE_CLASSES: HouseRule(frozenset({Role.TEACHER}), "create classes"),
        Action.JOIN_CLASSES: HouseRule(
            frozenset({Role.STUDENT, Role.TEACHER}), "join a class with its code, or enrol in one of a course"
        ),
        Action.BROWSE_COURSES: HouseRule(_EVERYBODY, "look through the catalogue of courses"),
        Action.CREATE_COURSES: HouseRule(frozenset({Role.TEACHER}), "make courses, and publish their own"),
        Action.SEE_ACCOUNTS: HouseRule(_OFFICE, "see and search all accounts"),
        Action.CHANGE_ACCOUNTS: HouseRule(
            _ADMINS, "approve, block and unblock accounts, change their roles, take pictures away, and invite people"
        ),
        Action.ERASE_ACCOUNTS: HouseRule(_ADMINS, "erase accounts for good"),
        Action.READ_AUDIT: HouseRule(_ADMINS, "read who changed what about accounts"),
        Action.SEE_ROOMS: HouseRule(_OFFICE, "see which documents are open, and who is in them"),
        Action.ACT_ON_ROOMS: HouseRule(
            _ADMINS, "save, disconnect, download and bring back any document, as maintenance; every act is logged"
        ),
        Action.SEE_ANY_LOG: HouseRule(_ADMINS, "look through the history of any document; every look is logged"),
    }
)

CLASS_RULES: Mapping[Action, ClassRule] = MappingProxyType(
    {
        Action.SEE_CLASS: ClassRule(
            _MEMBERS,
            "see the class, its people and what is shared with them; take part: vote, raise a hand, say that they are stuck, "
            "hand in work and see their own grades",
        ),
        Action.LEAVE_CLASS: ClassRule(_MEMBERS, "leave the class, unless its last teacher would"),
        Action.TEACH_CLASS: ClassRule(
            _TEACHERS,
            "change and delete the class, its people, its invitations, its join code and its course; create, share, change and delete its documents, "
            "lessons, polls, decks and sessions; lead the stage; see attendance, everybody's progress and the history of documents; "
            "set assignments, see and grade what is handed in, keep the gradebook",
        ),
    }
)


def permits(action: Action, role: Role) -> bool:
    """Tell whether accounts in a role may do something in the house."""
    return role in HOUSE_RULES[action].roles


def require(action: Action, role: Role) -> None:
    """Refuse accounts in a role that may not do something in the house.

    Raises:
        Forbidden: the role does not allow it.
    """
    if not permits(action, role):
        raise Forbidden


def permits_in_class(action: Action, role: str | None) -> bool:
    """Tell whether somebody with a role in a class, or None who is not in it, may do something there."""
    return role is not None and role in CLASS_RULES[action].roles

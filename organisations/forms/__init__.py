"""What people fill in about an organisation."""

from organisations.forms.account import AccountForm, TokenForm
from organisations.forms.groups import GroupForm
from organisations.forms.people import (
    INVITED_AT_ONCE,
    HandOnForm,
    InvitationEditForm,
    InvitationForm,
    InvitePeopleForm,
    JoinForm,
    OutsiderForm,
    PasswordForm,
    RoleForm,
    SignOutForm,
)
from organisations.forms.settings import LOGO_BOX, LOGO_LIMIT, SettingsForm, WordsForm, picture

__all__ = [
    "INVITED_AT_ONCE",
    "LOGO_BOX",
    "LOGO_LIMIT",
    "AccountForm",
    "GroupForm",
    "HandOnForm",
    "InvitationEditForm",
    "InvitationForm",
    "InvitePeopleForm",
    "JoinForm",
    "OutsiderForm",
    "PasswordForm",
    "RoleForm",
    "SettingsForm",
    "SignOutForm",
    "TokenForm",
    "WordsForm",
    "picture",
]

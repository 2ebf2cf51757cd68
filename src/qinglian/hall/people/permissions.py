"""Rights as Django permissions on an object: ``user.has_perm("hall.import", organisation)``."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from qinglian.hall.people.models import Membership, Organisation
from qinglian.hall.people.roles import Right, may

PREFIX = "hall."


class Memberships(BaseBackend):
    """Authentication backend that answers for memberships and signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether a current membership of the person gives the right in the organisation."""
        if not isinstance(obj, Organisation) or not perm.startswith(PREFIX) or not user_obj.is_active:
            return False
        membership = membership_of(user_obj, obj)
        return membership is not None and may(membership.role, Right(perm.removeprefix(PREFIX)))


def membership_of(user: Any, organisation: Organisation) -> Membership | None:
    """Return the current membership of a person, if there is one."""
    if not user.is_authenticated:
        return None
    found = Membership.objects.filter(user=user, organisation=organisation).first()
    return found if found is not None and found.is_current else None

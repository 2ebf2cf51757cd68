"""The Django application of people."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People and organisations."""

    name = "qinglian.hall.people"
    label = "people"

    def ready(self) -> None:
        """Listen to sign-ins."""
        from qinglian.hall.people import sign_ins

        sign_ins.listen()

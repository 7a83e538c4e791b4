"""The people who work here: who may log in, as what. Borrowers are in `party`."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Operator(AbstractBaseUser):
    """A member of staff with a log-in. The password column holds an argon2id hash; instants here are wall time."""

    name = models.CharField(max_length=40, unique=True)
    display_name = models.CharField(max_length=60)
    # A role of `parley.store.staff.Role`.
    role = models.CharField(max_length=16)
    is_active = models.BooleanField(default=True)
    # The password works for one log-in; afterwards it is gone.
    is_one_time = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=40)
    failed_tries = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Operator]] = models.Manager()

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(name="operator_tries_not_negative", condition=models.Q(failed_tries__gte=0))
        ]

    def __str__(self) -> str:
        return f"operator {self.pk}"

"""Which keys this database was sealed with, and what is sealed for nobody in particular."""

from __future__ import annotations

from django.db import models


class KeyCheck(models.Model):
    """One row. A wrong key is found out when it is opened, before anything is read or written with it."""

    id = models.SmallIntegerField(primary_key=True)
    # The data key of texts whose writer is not known (yet), wrapped by the lender key.
    shared_key_wrapped = models.BinaryField(max_length=80)
    # Blind index of a fixed word: finds out a wrong index key.
    index_check = models.BinaryField(max_length=40)
    audit_public = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="key_check_one_row", condition=models.Q(id=1))]

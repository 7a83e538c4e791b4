"""A lender's own texts, version by version. What they may say is the catalogue's; who may decide is kept here too."""

from __future__ import annotations

from django.db import models


class OwnText(models.Model):
    """One version of a text in one language: draft → submitted → approved → superseded | expired.

    Words of the lender, never of a borrower. Nobody approves what they wrote: the database refuses it as well.
    """

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    # Counted from parley.messaging.catalogue.OWN_FROM for each key and language; messages carry it.
    number = models.IntegerField()
    source = models.TextField()
    # A state of `parley.store.own_texts.State`.
    state = models.CharField(max_length=10, default="draft")
    # Everybody who wrote on it, in order; the last of them submitted it.
    authors = models.JSONField(default=list)
    written_by = models.CharField(max_length=60)
    written_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    # Why it was sent back, in words of staff.
    reason = models.CharField(max_length=300, default="", blank=True)
    # The last day on which it is in force; null: until another is approved.
    expires_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "language", "number"], name="own_text_once"),
            models.UniqueConstraint(
                fields=["key", "language"], condition=models.Q(state="approved"), name="own_text_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["key", "language"],
                condition=models.Q(state__in=["draft", "submitted"]),
                name="own_text_one_in_hand",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("written_by"))),
                name="own_text_by_two",
            ),
        ]

"""The audit log: commitments of what each transaction wrote, ordered afterwards into a Merkle log and signed."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """The commitments of one transaction: [[table, row, commitment], …]; never content, never ciphertext.

    A row with a sealed text has a fourth item: a digest of the text under a key that goes when the person is erased.
    """

    at = models.DateTimeField()
    items = models.JSONField()


class AuditPending(models.Model):
    """An entry that the sequencer has not ordered yet. Written with the entry, removed with its leaf."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True)


class AuditLeaf(models.Model):
    """One entry in its final order, counted from 0."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT)
    leaf_hash = models.BinaryField(max_length=32)


class AuditFrontier(models.Model):
    """One row: the roots of the full subtrees that the log of this size ends in, so that a new root costs O(log n)."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()
    nodes = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(name="audit_frontier_one_row", condition=models.Q(id=1))]


class AuditCheckpoint(models.Model):
    """A signed statement: the log of this size has this root (RFC 6962)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    signature = models.BinaryField(max_length=64)

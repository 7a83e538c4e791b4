"""Files of the lender's on their way in: one batch for each, its chunks, and what is needed to take them back."""

from __future__ import annotations

from django.db import models


class ImportBatch(models.Model):
    """One file with its map. `state` is a `parley.store.importing.BatchState`; `done` counts rows of the file."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=16)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    encoding = models.CharField(max_length=20, default="", blank=True)
    map_name = models.CharField(max_length=200, default="", blank=True)
    map_text = models.TextField(default="", blank=True)
    # Fixed values instead of the map's, and whether good rows are kept though others are bad.
    overrides = models.JSONField(default=dict)
    keeps_good_rows = models.BooleanField(default=False)
    state = models.CharField(max_length=8)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    # The file of refused rows in the home, and how long it was when the last chunk was committed.
    error_file = models.CharField(max_length=240, default="", blank=True)
    error_bytes = models.BigIntegerField(default=0)
    by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "file_digest"], name="import_batch_by_file")]


class ImportChunk(models.Model):
    """The rows that one transaction took in. `changes` holds, for each row added or changed, what undoing it needs.

    Entries leave the list as they are undone. Sealed columns stand in it as they lay in their row, sealed.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="chunks")
    number = models.IntegerField()
    at = models.DateTimeField()
    changes = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_chunk_once")]

"""The work: nightly runs and their chunks, campaigns, jobs, events, settings as they were."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models

# As long as consents, arrears and holds hardly move.
COUNT_LASTS: Final = timedelta(days=1)


class LenderSettings(models.Model):
    """A settings file, a file of registrations or a policy of plans, as it stood: an old decision is read with it."""

    digest = models.CharField(max_length=64, unique=True)
    document = models.TextField()
    at = models.DateTimeField()


class RulebookFiles(models.Model):
    """A rulebook as it stood, path → content, so that an old decision can be read, and made again, with its own."""

    digest = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    at = models.DateTimeField()


class Run(models.Model):
    """One nightly run over the book. One for each day."""

    as_of = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    total = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    # How far its budget reaches: the last wish it pays for, {} where it pays for none. Null: not drawn, or no budget.
    cut = models.JSONField(null=True)


class RunChunk(models.Model):
    """A chunk of accounts that one transaction decided."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="chunks")
    number = models.IntegerField()
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="chunk_once")]


class RunItem(models.Model):
    """What a run decided for an account that had a purpose: queued, refused or deferred."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="items")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT)
    purpose = models.CharField(max_length=24)
    verdict = models.CharField(max_length=8)
    reason_code = models.CharField(max_length=32, default="", blank=True)
    rule_id = models.CharField(max_length=60, default="", blank=True)
    message = models.ForeignKey("store.Message", on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="run_item_once")]


class Campaign(models.Model):
    """A promotion: audience, exclusions, count and cost shown, approved by a person, sent, stopped."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    template_key = models.CharField(max_length=40)
    audience = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="draft")
    count = models.IntegerField(default=0)
    segments = models.IntegerField(default=0)
    cost_micro = models.BigIntegerField(default=0)
    excluded = models.JSONField(default=dict)
    created_by = models.CharField(max_length=60)
    approved_by = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    # When count, segments, cost and exclusions were last computed; null for when it was created.
    counted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def is_count_old(self, now: datetime) -> bool:
        """Whether so much may have changed since the count that nobody should approve by it."""
        return now - (self.counted_at or self.created_at) > COUNT_LASTS


class Event(models.Model):
    """Something that happened, in the order it happened; never changed, no personal data in `data`."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, null=True)
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT, null=True)
    message = models.ForeignKey("store.Message", on_delete=models.PROTECT, null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "at"], name="event_by_kind")]


class Job(models.Model):
    """A piece of work that must happen once and may be tried again: paging a person, a run, an import."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=24)
    # waiting → running → done | failed; one whose process died is taken up again when its lease is over.
    state = models.CharField(max_length=8, default="waiting")
    payload = models.JSONField(default=dict)
    tries = models.IntegerField(default=0)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=60, default="", blank=True)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    # Wall time: until then the process that took it is believed to be alive.
    leased_until = models.DateTimeField(null=True)
    # Why it failed, in both languages; never a borrower's data.
    error_en = models.CharField(max_length=1000, default="", blank=True)
    error_zh = models.CharField(max_length=1000, default="", blank=True)
    # What it found, for the page of whoever asked: counts and reasons, never a borrower's data.
    result = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["state", "not_before"], name="job_waiting")]

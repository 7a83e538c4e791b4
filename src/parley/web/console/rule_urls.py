"""The addresses of the rulebook."""

from __future__ import annotations

from django.urls import path

from parley.web.console import replays, rulebook

urlpatterns = [
    path("rules", rulebook.rulebook, name="rules"),
    path("rules/rule/<str:rule_id>", rulebook.one_rule, name="rule"),
    path("rules/replays", replays.replays, name="replays"),
    path("rules/replays/start", replays.start, name="replay.start"),
    path("rules/replays/<uuid:job_id>", replays.one_replay, name="replay"),
    path("rules/replays/<uuid:job_id>/changes.csv", replays.file, name="replay.csv"),
]

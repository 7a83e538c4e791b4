"""The addresses of the console. Each area has a table of its own; here they are joined."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from parley.web.assets import asset
from parley.web.console import (
    access,
    acts,
    campaigns,
    clock,
    corrections,
    home,
    lender,
    queue,
    reports,
    runs,
    sending,
    thread,
    users,
)
from parley.web.page import problem
from parley.web.roles import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.first_page, name="first"),
    path("log-in", access.log_in, name="log_in"),
    path("log-out", access.log_out, name="log_out"),
    path("look", access.look, name="look"),
    path("threads", queue.threads, name="queue"),
    path("threads/find", queue.find, name="queue.find"),
    path("threads/<uuid:thread_id>", thread.thread, name="thread"),
    path("threads/<uuid:thread_id>/act", acts.act, name="thread.act"),
    path("threads/<uuid:thread_id>/replies", acts.replies, name="thread.replies"),
    path("threads/<uuid:thread_id>/replies/<uuid:reply_id>/correct", corrections.correction, name="thread.correct"),
    path("threads/<uuid:thread_id>/plans", acts.plans, name="thread.plans"),
    path("threads/<uuid:thread_id>/call", acts.before_calling, name="thread.call"),
    path("threads/<uuid:thread_id>/here", acts.here, name="thread.here"),
    path("threads/<uuid:thread_id>/open", acts.open_field, name="thread.open"),
    path("runs", runs.run_list, name="runs"),
    path("runs/start", runs.start, name="runs.start"),
    path("runs/<int:run_id>", runs.one_run, name="run"),
    path("runs/<int:run_id>/accounts", runs.run_items, name="run.items"),
    path("runs/<int:run_id>/counts.csv", runs.run_csv, name="run.csv"),
    path("campaigns", campaigns.campaigns, name="campaigns"),
    path("campaigns/new", campaigns.new, name="campaign.new"),
    path("campaigns/drafting/<str:draft_name>", campaigns.drafting, name="campaign.drafting"),
    path("campaigns/<uuid:campaign_id>", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/approve", campaigns.approve, name="campaign.approve"),
    path("campaigns/<uuid:campaign_id>/count", campaigns.count, name="campaign.count"),
    path("campaigns/<uuid:campaign_id>/send", campaigns.send, name="campaign.send"),
    path("campaigns/<uuid:campaign_id>/stop", campaigns.stop, name="campaign.stop"),
    path("lender", lender.notices, name="lender"),
    path("lender/<uuid:notice_key>/again", lender.again, name="lender.again"),
    path("reports", reports.messages, name="reports"),
    path("reports/delivery", reports.delivery, name="reports.delivery"),
    path("reports/talks", reports.talks, name="reports.talks"),
    path("reports/outcomes", reports.outcomes, name="reports.outcomes"),
    path("reports/<slug:figure_name>.csv", reports.file, name="reports.file"),
    path("", include("parley.web.console.text_urls")),
    path("", include("parley.web.console.rule_urls")),
    path("", include("parley.web.console.import_urls")),
    path("", include("parley.web.console.route_urls")),
    path("sending", sending.sending, name="sending"),
    path("sending/stop", sending.halt, name="sending.stop"),
    path("sending/resume", sending.go_on, name="sending.resume"),
    path("sending/<uuid:message_id>", sending.letter, name="sending.letter"),
    path("clock", clock.move, name="clock"),
    path("users", users.users, name="users"),
    path("users/add", users.add, name="users.add"),
    path("users/<int:user_id>", users.change, name="users.change"),
    path("", include("parley.web.phone.urls")),
    path("password", users.own_password, name="own_password"),
    path("static/<str:digest>/<str:name>", public(asset), name="asset"),
]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer for an address there is not."""
    return problem(request, 404, "problem.not_found")


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for a defect of ours."""
    return problem(request, 500, "problem.failed")


handler404 = not_found
handler500 = failed

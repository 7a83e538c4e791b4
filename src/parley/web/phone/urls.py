"""The addresses of the phone."""

from __future__ import annotations

from django.urls import path

from parley.web.phone import handset, views

urlpatterns = [
    path("phone", views.phone, name="phone"),
    path("phone/choose", views.choose, name="phone.choose"),
    path("phone/begin", views.begin, name="phone.begin"),
    path("phone/act", views.act, name="phone.act"),
    path("threads/<uuid:thread_id>/phone", handset.handset, name="thread.phone"),
    path("phone/transcript", views.save, name="phone.save"),
]

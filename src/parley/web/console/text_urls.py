"""The addresses of texts."""

from __future__ import annotations

from django.urls import path

from parley.web.console import texts, texts_list

urlpatterns = [
    path("texts", texts_list.texts, name="texts"),
    path("texts/version/<int:text_id>/submit", texts.submit, name="text.submit"),
    path("texts/version/<int:text_id>/approve", texts.approve, name="text.approve"),
    path("texts/version/<int:text_id>/refuse", texts.refuse, name="text.refuse"),
    path("texts/version/<int:text_id>/withdraw", texts.withdraw, name="text.withdraw"),
    path("texts/<str:text_key>/<str:spoken>", texts.text, name="text"),
    path("texts/<str:text_key>/<str:spoken>/write", texts.write, name="text.write"),
]

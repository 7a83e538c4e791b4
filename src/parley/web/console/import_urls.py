"""The addresses of imports."""

from __future__ import annotations

from django.urls import path

from parley.web.console import imports, imports_map

urlpatterns = [
    path("imports", imports.imports, name="imports"),
    path("imports/new", imports.new, name="import.new"),
    path("imports/examples/<str:kind>.csv", imports.example, name="import.example"),
    path("imports/<uuid:batch_id>", imports.batch, name="import.one"),
    path("imports/<uuid:batch_id>/file", imports_map.file, name="import.file"),
    path("imports/<uuid:batch_id>/columns", imports_map.columns, name="import.columns"),
    path("imports/<uuid:batch_id>/map", imports_map.text, name="import.text"),
    path("imports/<uuid:batch_id>/preview", imports_map.preview, name="import.preview"),
    path("imports/<uuid:batch_id>/try", imports.attempt, name="import.try"),
    path("imports/<uuid:batch_id>/run", imports.run, name="import.run"),
    path("imports/<uuid:batch_id>/stop", imports.stop, name="import.stop"),
    path("imports/<uuid:batch_id>/undo", imports.undo, name="import.undo"),
    path("imports/<uuid:batch_id>/discard", imports.discard, name="import.discard"),
    path("imports/<uuid:batch_id>/refused.csv", imports.refused, name="import.refused"),
]

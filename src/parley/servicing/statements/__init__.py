"""Statements of plans and accounts: built once without a language, written as text, Markdown, CSV and JSON."""

"""The wiring: opens a home, reads files, holds the loops. Everything below is handed what it needs."""

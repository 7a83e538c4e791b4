"""The pages: a console for staff, a page for borrowers. Shows what the store holds, and hands acts to engine and store.

Knows nothing of how a home is opened: `run` hands in a `Services` (see `ports`) and serves the application.
"""

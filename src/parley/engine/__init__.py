"""The engine: a snapshot and an input go in, an outcome comes out. No database, no clock, no socket."""

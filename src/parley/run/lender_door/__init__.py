"""The door to the lender's own systems: notices go out by webhook and file, answers come back.

A notice is written by the store in the transaction of what it tells of; nothing here is on that path.
docs/lender-door.md is what an engineer of the lender works from.
"""

from __future__ import annotations

from parley.run.lender_door.deliver import Door, build_door
from parley.run.lender_door.take import Line, take_file

__all__ = ["Door", "Line", "build_door", "take_file"]

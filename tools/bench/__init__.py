"""`make bench`: how fast and how large, on this machine and at this minute. Nothing here is a test."""

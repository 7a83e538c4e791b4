"""The gate for a whole bucket of the book at once: the same decisions as `contact.gate` takes one by one."""

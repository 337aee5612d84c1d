"""The transparency log: every event's hash in an append-only Merkle tree whose root is signed and published hourly.

See docs/transparency.md for what it proves and what it does not.
"""

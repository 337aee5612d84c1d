"""Loudspeaker clusters and public displays: how they join, what they fetch, what they report."""

"""Feeds, and pages to embed: what portals and readers elsewhere take from us."""

"""The first screens, rendered by the server: readable at once, shared with title and picture."""

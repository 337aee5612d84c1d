"""Policies: programmes, resolutions, plans and regulations carried out locally; what was promised, by whom, until when."""

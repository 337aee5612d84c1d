"""Ways out of the house. Each channel is a module with one class that sends a parcel and says what became of it.

To add one: copy the smallest (``sms.py``), give it a member of ``models.Channel`` and a line in
``delivery.open_channels``; nothing else needs to change.
"""

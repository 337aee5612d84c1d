"""From words or a recording to the file that is heard.

``process.py`` is the worker's side and imports nothing heavy; all the rest runs in a child process with limits
on time, memory and disk, because files from outside are decoded there.
"""

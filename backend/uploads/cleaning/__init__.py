"""Looking into files that strangers sent. Runs in a child process that can be killed, never in the web."""

"""Files that people send: resumable upload, cleaning in the worker, and serving only what is clean."""

"""Commands for the operator: run everything, build the front end, load the demo province, back up."""

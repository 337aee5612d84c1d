"""All writes of the accounts room, one module per kind of thing that is done."""

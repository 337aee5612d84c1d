"""Where things are: administrative units in time, communities, departments, working days, position to unit."""

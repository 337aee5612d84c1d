"""Who people are: staff and their grants, residents, sign-in, sessions, portals."""

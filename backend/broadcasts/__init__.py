"""The commune's station: what it says over the loudspeakers, how that is made, approved and heard again."""

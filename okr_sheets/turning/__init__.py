"""The quarter turns: what comes along into the next tracker, and what stays behind."""

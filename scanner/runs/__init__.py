"""One look, and a whole scan: points probes at targets until nothing new is learnt."""

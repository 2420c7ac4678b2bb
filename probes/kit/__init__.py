"""What every probe shares: targets, observations, the declaration, and the only door to the network."""

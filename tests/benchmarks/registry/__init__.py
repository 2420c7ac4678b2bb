"""How fast the registry is with a hundred thousand objects."""

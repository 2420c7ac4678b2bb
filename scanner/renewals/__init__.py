"""When a thing must be renewed, who is told, when it is proved to be renewed. Pure: days come in, codes go out."""

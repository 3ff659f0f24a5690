"""What crosses the wire of the console's routes for the edge, a file a noun."""

"""Open-API methods of faces; the composing function registers the modules."""

"""Remote configuration: a JSON document for each product, overridden for single devices, kept in versions."""

"""Which devices hang on which gateway (拓扑): the one place that writes it, reads it, and tells those concerned."""

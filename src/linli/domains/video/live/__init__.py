"""Pictures of cameras for players: asked for by call, kept while somebody looks, and explained when none come."""

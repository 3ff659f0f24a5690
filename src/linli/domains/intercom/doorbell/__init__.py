"""The page behind the codes at entrances: a visitor's own phone rings a home. Open to everybody."""

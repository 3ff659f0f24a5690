"""X.509 devices: certificates issued by the installation's own authority, or made elsewhere and registered."""

"""The call engine: registrar and back-to-back user agent of phones, for the platform and for a site's box alike."""

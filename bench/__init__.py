"""What Linli is measured against. Run by `./linli bench NAME --json`; needs a working copy, not a wheel."""

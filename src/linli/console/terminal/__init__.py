"""What the pages that are indoor terminals call."""

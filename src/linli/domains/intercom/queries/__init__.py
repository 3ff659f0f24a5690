"""All reads of the intercom."""

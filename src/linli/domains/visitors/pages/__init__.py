"""Pages for visitors' phones: without sign-in and script, some kilobytes each."""

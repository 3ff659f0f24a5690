"""The pages that visitors see on their own phones: no sign-in, no script, some kilobytes."""

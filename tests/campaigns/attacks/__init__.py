"""What `linli soak attack` tries against a running `linli serve`: a module for each kind of attempt."""

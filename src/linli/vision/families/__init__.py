"""Model families: inputs and outputs of a kind of network. A manifest says which file is of which family."""

"""Model families: what a network of one kind takes and gives. A manifest says which file is of which family."""

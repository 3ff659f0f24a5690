"""How devices' connections are protected: the records of it, and the rules of products."""

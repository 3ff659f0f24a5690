"""`linli admin …`: set an installation up from the command line, whether its server runs or not."""

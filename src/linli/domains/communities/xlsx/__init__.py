"""The workbook in which houses and residents are handed in: template, reading, marked-up copy. Pure, no database."""

"""捷顺 门禁Y08: a card door, despite the name of its protocol (spec C 8.3, 8.8, 17 A21)."""

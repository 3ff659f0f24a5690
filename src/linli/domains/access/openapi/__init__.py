"""Open-API methods of access (spec B 3.14, E 3.2); the composing function registers this module."""

from linli.domains.access.openapi.ble import delete_ble_cards, modify_ble_cards
from linli.domains.access.openapi.cards import cards_of_door, cards_of_users, delete_cards, modify_cards
from linli.domains.access.openapi.persons import delete_user, get_user, modify_user, query_users
from linli.domains.access.openapi.qr import config_qr, encrypt_qr, generate_qr, remove_qr

__all__ = [
    "cards_of_door",
    "cards_of_users",
    "config_qr",
    "delete_ble_cards",
    "delete_cards",
    "delete_user",
    "encrypt_qr",
    "generate_qr",
    "get_user",
    "modify_ble_cards",
    "modify_cards",
    "modify_user",
    "query_users",
    "remove_qr",
]

"""What a person reads of each table: its columns in order, each with how it is put into words (`wording`).

A column without a kind is text. What is of no use to a reader, such as ids of rows, is left out here and stands in the
file for programs alone. A test fails for a table of `topics` without a sheet.
"""

from typing import Final

SHEETS: Final[dict[str, str]] = {
    "account_persons": "tenant_id:company",
    "accounts": "name phone created_ms:time changed_ms:time",
    "community_persons": "community_id:community created_ms:time",
    "open_accounts": "nick_name phone email frozen:yes created_ms:time",
    "persons": (
        "name phone id_no sex:word age degree:word health marriage:word politics:word "
        "company registry residence_address nationality created_ms:time changed_ms:time"
    ),
    "house_invitations": "house_id:house type:word created_ms:time expires_ms:time used_ms:time",
    "house_members": (
        "house_id:house community_id:community type:word status:word source:word "
        "approve_comment moved_in_ms:time moved_out_ms:time created_ms:time"
    ),
    "user_group_members": "user_group_id:group community_id:community created_ms:time",
    "resident_vehicles": (
        "plate region:word brand color:word community_id:community created_ms:time deleted_ms:time"
    ),
    "visits": (
        "name type:word phone id_no gender:word plate reason people:count house_id:house "
        "state:word source:word starts_ms:time ends_ms:time arrived_ms:time left_ms:time "
        "end_reason:word changed_by:caller created_ms:time"
    ),
    "access_passes": (
        "passed_ms:time door_name type:word code:passed direction:word name remaining:count received_ms:time"
    ),
    "access_cards": (
        "card_id iot_id:door community_id:community starts_ms:time ends_ms:time live:yes "
        "end_reason:word created_ms:time"
    ),
    "access_credentials": (
        "kind:word credential:code reach:word label starts_ms:time ends_ms:time "
        "schedule:hours max_uses:count used live:yes end_reason:word made_by:caller "
        "created_ms:time"
    ),
    "access_persons": "name created_ms:time changed_ms:time",
    "access_qr_codes": (
        "qr_code:code source:word community_id:community shared_used created_ms:time ended_ms:time"
    ),
    "access_qr_permissions": (
        "qr_code:code iot_id:door starts_ms:time ends_ms:time max_scans:count used "
        "live:yes end_reason:word created_ms:time"
    ),
    "intercom_auto_opens": "space_id:house until_ms:time most:count used:count used_ms:time ended_ms:time",
    "intercom_quiet_hours": "space_id:house manner:word changed_ms:time",
    "intercom_telephones": "space_id:house agreed_ms:time",
    "intercom_duress": "space_id:house set_ms:time",
    "intercom_openings": "iot_id:door asked_ms:time way:word result:word",
    "intercom_owners": "number space_id:house created_ms:time",
    "intercom_terminals": "nickname space_id:house created_ms:time",
    "delivery_desired": "device:door kind:word state:word created_ms:time confirmed_ms:time",
    "delivery_grants": (
        "kind:word source:word starts_ms:time ends_ms:time schedule:hours live:yes changed_ms:time"
    ),
    "delivery_holds": ("source:word reason:word caller:caller since_ms:time lifted_ms:time lifted_by:caller"),
    "delivery_targets": "device:door kind:word starts_ms:time ends_ms:time schedule:hours",
    "edge_passage_targets": "kind:word floors expires_ms:time changed_ms:time",
    "face_consents": (
        "purpose:word how:word asked_by:caller guardian given_ms:time expires_ms:time "
        "ended_ms:time end_reason:word ended_by:caller"
    ),
    "face_erasures": "reason:word caller:caller asked_ms:time picture_ms:time finished_ms:time",
    "face_images": ("user_name mobile source:word policy:word live:yes expires_ms:time created_ms:time"),
    "face_staff": "community_id:community since_ms:time",
    "face_templates": "community_id:community state:word created_ms:time changed_ms:time",
    "notice_reads": "notice_id:notice read_ms:time",
    "notification_settings": "front:word language:word changed_ms:time",
    "push_subscriptions": "front:word agent created_ms:time sent_ms:time",
    "agreement_acceptances": "agreement_id:agreement address accepted_ms:time",
    "console_sessions": "front:word address agent created_ms:time seen_ms:time expires_ms:time",
    "login_links": "provider label created_ms:time used_ms:time",
    "login_starts": "provider label expires_ms:time",
    "password_links": "expires_ms:time",
    "scan_logins": "state:word address agent expires_ms:time",
    "sign_in_codes": "phone sent_ms:time expires_ms:time tries",
    "account_roles": "role:word community_id:community created_ms:time",
    "community_rights": "function:word level:word community_id:community given_by:account created_ms:time",
    "company_role_holders": "role_id:role given_by:account created_ms:time",
    "department_members": "department_id:department community_id:community created_ms:time",
    "employees": "community_id:community created_ms:time",
    "join_requests": "words state:word reason decided_by:account decided_ms:time created_ms:time",
    "organisation_upgrades": "name state:word expires_ms:time",
    "project_group_members": "project_id:project added_by:account created_ms:time",
    "recording_views": "at_ms:time what:word surface:word community_id:community reason",
    "staff": "name disabled:yes added_by:account created_ms:time",
    "staff_log": "at_ms:time action:word by_name account_name",
    "staff_rights": "right:word given_by:account created_ms:time",
    "data_exports": "state:word size:bytes created_ms:time ready_ms:time expires_ms:time",
    "deletion_requests": (
        "community_id:community name words state:word reason decided_by:caller "
        "decided_ms:time due_ms:time created_ms:time"
    ),
    "record_changes": "at_ms:time action:word fields:fields reason:word by_id:by",
}

"""Ask the open API: a page of projects, every device of a product, one call by path, and what can go wrong."""

import os

from linli_sdk import ApiError, Linli
from linli_sdk.paging import pages

with Linli(os.environ["LINLI_URL"], os.environ["LINLI_APP_KEY"], os.environ["LINLI_APP_SECRET"]) as linli:
    for project in pages(linli.projects.query_projects, page_size=20):
        print("project", project.project_id, project.name)
    for device in pages(linli.things.list_things, page_size=50):
        print("device", device.iot_id, device.device_name)
    # A method by its path and version, for what this release of the SDK does not know.
    print(linli.call_raw("/message/subscription/list", "1.0.0", {}))
    try:
        linli.things.get_info(iot_id="nobody")
    except ApiError as error:
        print("refused:", error.code, error.localized, error.request_id)

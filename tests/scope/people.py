"""Routes of user groups, employees, departments and permissions, with ids of a lot."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl

from linli.domains.communities.xlsx import employees as workbook
from tests.scope.desk import Ask

type Recipe = Callable[[Any], Ask]


def _sheet(name: str, phone: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook.template("zh-CN")))
    book.active.append((name, phone, ""))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def recipes() -> dict[str, list[Recipe]]:
    def here(x: Any, **more: Any) -> dict[str, Any]:
        return {"community_id": x.community, **more}

    groups, people = "/communities/{community_id}/user-groups", "/communities/{community_id}/users"
    employees, tree = "/communities/{community_id}/employees", "/communities/{community_id}/departments"
    may = "/communities/{community_id}/permissions"
    points = [{"function": "notices", "level": "use"}]
    return {
        f"GET {groups}": [lambda x: Ask(here(x))],
        f"POST {groups}": [lambda x: Ask(here(x), body={"name": f"新组{x.name}{x.once}", "type": "VISITOR"})],
        f"PUT {groups}/{{group_id}}": [
            lambda x: Ask(here(x, group_id=x.own_group), body={"name": f"改{x.name}"})
        ],
        f"DELETE {groups}/{{group_id}}": [lambda x: Ask(here(x, group_id=x.spare_group))],
        f"POST {groups}/{{group_id}}/members": [
            lambda x: Ask(here(x, group_id=x.own_group), body={"identityIds": [x.employee]})
        ],
        f"POST {groups}/{{group_id}}/members/remove": [
            lambda x: Ask(here(x, group_id=x.own_group), body={"identityIds": [x.employee]})
        ],
        f"GET {people}": [lambda x: Ask(here(x), {"groupId": x.own_group})],
        f"POST {people}": [
            lambda x: Ask(here(x), body={"groupId": x.own_group, "name": "访客", "phone": f"133{x.once:08d}"})
        ],
        f"POST {people}/erase": [lambda x: Ask(here(x), body={"identityIds": [x.dropped_person]})],
        f"GET {tree}": [lambda x: Ask(here(x))],
        f"POST {tree}": [
            lambda x: Ask(here(x), body={"name": f"部门{x.name}{x.once}", "parentId": x.department})
        ],
        f"PUT {tree}/{{department_id}}": [
            lambda x: Ask(here(x, department_id=x.department), body={"name": f"改{x.name}"})
        ],
        f"PUT {tree}/{{department_id}}/parent": [
            lambda x: Ask(here(x, department_id=x.department), body={"parentId": None})
        ],
        f"DELETE {tree}/{{department_id}}": [lambda x: Ask(here(x, department_id=x.spare_department))],
        f"GET {employees}": [lambda x: Ask(here(x), {"departmentId": x.department})],
        f"POST {employees}": [
            lambda x: Ask(
                here(x),
                body={"name": "新员工", "phone": f"132{x.once:08d}", "departmentIds": [x.department]},
            )
        ],
        f"PUT {employees}/{{identity_id}}": [
            lambda x: Ask(
                here(x, identity_id=x.employee),
                body={"name": "改名", "phone": f"131{x.once:08d}", "departmentIds": [x.department]},
            )
        ],
        f"POST {employees}/move": [
            lambda x: Ask(here(x), body={"identityIds": [x.employee], "into": [x.department], "outOf": []})
        ],
        f"POST {employees}/dismiss": [lambda x: Ask(here(x), body={"identityIds": [x.spare_employee]})],
        f"POST {employees}/import": [lambda x: Ask(here(x), file=_sheet("导入", f"130{x.once:08d}"))],
        f"GET {employees}/export.xlsx": [lambda x: Ask(here(x), {"departmentId": x.department})],
        f"GET {may}/functions": [lambda x: Ask(here(x))],
        f"GET {may}/persons": [lambda x: Ask(here(x))],
        f"GET {may}/members": [lambda x: Ask(here(x))],
        f"POST {may}": [lambda x: Ask(here(x), body={"identityIds": [x.employee], "points": points})],
        f"PUT {may}/persons/{{identity_id}}": [
            lambda x: Ask(here(x, identity_id=x.employee), body={"points": points})
        ],
        f"PUT {may}/functions/{{function}}": [
            lambda x: Ask(here(x, function="notices"), body={"use": [x.employee], "manage": []})
        ],
        f"DELETE {may}/persons/{{identity_id}}": [lambda x: Ask(here(x, identity_id=x.employee))],
        "PUT /organisation/persons/{account_id}/sub-administrator": [
            lambda x: Ask({"account_id": x.staff_account}, body={"subAdmin": False})
        ],
    }

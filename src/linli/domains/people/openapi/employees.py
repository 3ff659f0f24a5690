"""Open API: employees of the property and their departments. Spec B §3.11, A049-A057."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import person_rules as rules
from linli.domains.people.ports import FaceUploads
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries.employees import Employee
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import departments, employees, persons
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

type EmployeeId = Annotated[str, Meta(description="员工的用户 id / user id of the employee")]
type DepartmentId = Annotated[str | int, Meta(description="部门 id / department id")]

_WIRE = {"phone": "mobile", "face_upload_id": "faceImgUploadId"}
_FACE = "人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture"


def department_number(value: str | int) -> int:
    """Raises NotFound for what is no number."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what="department", id=text[:64])
    return int(text)


def community_of(call: Call) -> int:
    assert call.community_id is not None  # token="required"
    return call.community_id


async def _profile(
    scope: Scope, tx: Tx, faces: FaceUploads, *, name: str | None, mobile: str | None, face: str | None
) -> Profile:
    """Checked; empty texts are not given."""
    if mobile and len(mobile) > employees.MOBILE_MAX:
        raise BadInput(field="mobile", rule="too_long", limit=employees.MOBILE_MAX)
    profile = checked(
        Profile(name=name or None, phone=mobile, face_upload_id=face), wire=_WIRE, name_max=employees.NAME_MAX
    )
    if profile.face_upload_id:
        await faces.check_face(scope, tx, profile.face_upload_id, field="faceImgUploadId")
    return profile


class EmployeeCreate(msgspec.Struct, rename="camel"):
    mobile: Annotated[str, Meta(description="手机号，最长 20 / phone, at most 20")]
    name: Annotated[str, Meta(description="姓名，最长 12 / name, at most 12")]
    face_img_upload_id: Annotated[str | None, Meta(description=_FACE)] = None


class EmployeeCreated(msgspec.Struct, rename="camel"):
    identity_id: EmployeeId


@method(
    "/solution/community/org/employee/create",
    "1.0.0",
    service="employee",
    raises=(BadInput, persons.PhoneTaken, employees.AlreadyEmployee),
    title="创建员工信息",
    title_en="Create an employee",
    contract=Contract(source="spec B 3.11 A049"),
)
async def create_employee(
    data: EmployeeCreate, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock, faces: FaceUploads
) -> EmployeeCreated:
    """The employee joins the group 物业. A phone that is known already means the same person."""
    profile = await _profile(
        scope, tx, faces, name=data.name, mobile=data.mobile, face=data.face_img_upload_id
    )
    employee = await employees.hire(
        scope, tx, community_id=community_of(call), profile=profile, ids=ids, now_ms=clock.now_ms()
    )
    return EmployeeCreated(employee.identity_id)


class EmployeeModify(msgspec.Struct, rename="camel"):
    identity_id: EmployeeId
    mobile: Annotated[str | None, Meta(description="手机号，为空不修改 / phone; empty: unchanged")] = None
    name: Annotated[str | None, Meta(description="姓名，为空不修改 / name; empty: unchanged")] = None
    face_img_upload_id: Annotated[str | None, Meta(description=_FACE)] = None


@method(
    "/solution/community/org/employee/modify",
    "1.0.0",
    service="employee",
    raises=(NotFound, BadInput, persons.PhoneTaken),
    title="修改员工信息",
    title_en="Change an employee",
    contract=Contract(source="spec B 3.11 A050"),
)
async def modify_employee(
    data: EmployeeModify, call: Call, scope: Scope, tx: Tx, clock: Clock, faces: FaceUploads
) -> None:
    """Empty fields stay unchanged."""
    profile = await _profile(
        scope, tx, faces, name=data.name, mobile=data.mobile, face=data.face_img_upload_id
    )
    await employees.change(
        scope,
        tx,
        community_id=community_of(call),
        identity_id=data.identity_id,
        profile=profile,
        now_ms=clock.now_ms(),
    )


class EmployeeNamed(msgspec.Struct, rename="camel"):
    identity_id: EmployeeId


@method(
    "/solution/community/org/employee/delete",
    "1.0.0",
    service="employee",
    raises=(NotFound,),
    title="删除员工信息",
    title_en="Delete an employee",
    contract=Contract(source="spec B 3.11 A051"),
)
async def delete_employee(data: EmployeeNamed, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Departments, rights and the group 物业 end with it; the person stays a user of the community."""
    await employees.dismiss(
        scope, tx, community_id=community_of(call), identity_id=data.identity_id, now_ms=clock.now_ms()
    )


class EmployeeOrder(msgspec.Struct, rename="camel"):
    column: Annotated[str, Meta(description="NAME, MOBILE, GMT_CREATE")]
    order: Annotated[str | None, Meta(description="DESC, ASC")] = None


_COLUMNS = {"NAME": "name", "MOBILE": "mobile", "GMT_CREATE": "created"}


class EmployeeQuery(msgspec.Struct, rename="camel"):
    page_no: Annotated[
        int, Meta(description="页码，不小于 0；0 同 1 / page, not less than 0; 0 is the first")
    ]
    page_size: Annotated[int, Meta(description="每页数量 1-100 / page size, 1 to 100")]
    name: Annotated[str | None, Meta(description="姓名，精确 / name, exact")] = None
    name_like: Annotated[str | None, Meta(description="姓名，模糊 / part of the name")] = None
    mobile: Annotated[str | None, Meta(description="手机号，精确 / phone, exact")] = None
    order_by: Annotated[
        list[EmployeeOrder] | EmployeeOrder | None,
        Meta(description="排序，默认创建时间倒序 / sort rule, newest first by default"),
    ] = None


class EmployeeInfo(msgspec.Struct, rename="camel"):
    identity_id: EmployeeId
    name: Annotated[str, Meta(description="姓名 / name")]
    mobile: Annotated[str | None, Meta(description="手机号 / phone")]
    face_img_url: Annotated[str | None, Meta(description="图片地址 / picture address")]
    face_id: Annotated[str | None, Meta(description="人脸 id / face id")]


class EmployeePage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码 / page")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[EmployeeInfo]


async def _infos(scope: Scope, db: Reader, faces: FaceUploads, rows: list[Employee]) -> list[EmployeeInfo]:
    urls = await faces.face_urls(scope, db, [row.face_upload_id for row in rows if row.face_upload_id])
    return [
        EmployeeInfo(row.identity_id, row.name, row.phone, urls.get(row.face_upload_id), row.face_id or None)
        for row in rows
    ]


def _order(given: list[EmployeeOrder] | EmployeeOrder | None) -> tuple[str, bool]:
    """(order, downwards). Only the first rule sorts. Raises BadInput."""
    first = given[0] if isinstance(given, list) and given else given
    if not isinstance(first, EmployeeOrder):
        return "created", True
    column, order = first.column.upper(), (first.order or "ASC").upper()
    if column not in _COLUMNS:
        raise BadInput(field="orderBy.column", rule="one_of", allowed=", ".join(_COLUMNS))
    if order not in ("ASC", "DESC"):
        raise BadInput(field="orderBy.order", rule="one_of", allowed="DESC, ASC")
    return _COLUMNS[column], order == "DESC"


@method(
    "/solution/community/org/employee/query",
    "1.0.0",
    service="employee",
    raises=(BadInput,),
    title="分页查询员工",
    title_en="Page employees",
    contract=Contract(source="spec B 3.11 A052"),
)
async def query_employees(
    data: EmployeeQuery, call: Call, scope: Scope, db: Database, faces: FaceUploads
) -> EmployeePage:
    """Every value given must fit."""
    order, down = _order(data.order_by)
    page = await queries.page(
        scope,
        db,
        community_of(call),
        PageRequest.of(data.page_no, data.page_size),
        where=queries.EmployeeConditions(
            name=data.name or None,
            name_like=data.name_like or None,
            phone=rules.clean_phone(data.mobile) if data.mobile else None,
        ),
        order=order,
        down=down,
    )
    rows = await _infos(scope, db, faces, page.data)
    return EmployeePage(page.total, data.page_no, page.page_size, rows)


@method(
    "/solution/community/org/employee/get",
    "1.0.0",
    service="employee",
    raises=(NotFound,),
    title="获取员工信息",
    title_en="Read an employee",
    contract=Contract(source="spec B 3.11 A053"),
)
async def get_employee(
    data: EmployeeNamed, call: Call, scope: Scope, db: Database, faces: FaceUploads
) -> EmployeeInfo:
    """By user id."""
    employee = await queries.employee(scope, db, community_of(call), data.identity_id)
    return (await _infos(scope, db, faces, [employee]))[0]


class EmployeeInDepartment(msgspec.Struct, rename="camel"):
    identity_id: EmployeeId
    dep_id: DepartmentId


@method(
    "/solution/community/department/employee/add",
    "1.0.0",
    service="employee",
    raises=(NotFound,),
    title="添加员工到部门",
    title_en="Put an employee into a department",
    contract=Contract(source="spec B 3.11 A054"),
)
async def add_to_department(data: EmployeeInDepartment, scope: Scope, tx: Tx, clock: Clock) -> None:
    """An employee may be in several departments; twice changes nothing."""
    await departments.put_in(
        scope,
        tx,
        department_id=department_number(data.dep_id),
        identity_id=data.identity_id,
        now_ms=clock.now_ms(),
    )


@method(
    "/solution/community/department/employee/remove",
    "1.0.0",
    service="employee",
    raises=(NotFound,),
    title="从部门移除员工",
    title_en="Take an employee out of a department",
    contract=Contract(source="spec B 3.11 A055"),
)
async def remove_from_department(data: EmployeeInDepartment, scope: Scope, tx: Tx) -> None:
    """Nothing happens when the employee is not in it."""
    await departments.take_out(
        scope, tx, department_id=department_number(data.dep_id), identity_id=data.identity_id
    )


class DepartmentEmployees(msgspec.Struct, rename="camel"):
    dep_id: DepartmentId
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 1-100 / page size, 1 to 100")]


@method(
    "/solution/community/department/employee/query",
    "1.0.0",
    service="employee",
    raises=(NotFound, BadInput),
    title="分页查询部门的员工",
    title_en="Page employees of a department",
    contract=Contract(source="spec B 3.11 A056"),
)
async def query_department_employees(
    data: DepartmentEmployees, scope: Scope, db: Database, faces: FaceUploads
) -> EmployeePage:
    """The employees of the department itself, not of departments below it."""
    department = await queries.department(scope, db, department_number(data.dep_id))
    page = await queries.page(
        scope,
        db,
        department.community_id,
        PageRequest.of(data.page_no, data.page_size),
        where=queries.EmployeeConditions(department_ids=[department.department_id]),
    )
    rows = await _infos(scope, db, faces, page.data)
    return EmployeePage(page.total, page.page_no, page.page_size, rows)


class DepartmentOfEmployee(msgspec.Struct, rename="camel"):
    dep_id: Annotated[str, Meta(description="部门 id / department id")]
    name: Annotated[str, Meta(description="名称 / name")]
    desc: Annotated[str, Meta(description="描述 / description")]
    parent_id: Annotated[str, Meta(description="上级部门 id，根下为空 / parent; empty under the company")]
    path_ids: Annotated[list[str], Meta(description="路径 id，含本部门 / ids of the path, this included")]
    path_names: Annotated[
        list[str], Meta(description="路径名称，含本部门 / names of the path, this included")
    ]


@method(
    "/solution/community/employee/department/list",
    "1.0.0",
    service="employee",
    raises=(NotFound,),
    title="查询员工的部门",
    title_en="List the departments of an employee",
    contract=Contract(source="spec B 3.11 A057"),
)
async def list_departments_of_employee(
    data: EmployeeNamed, call: Call, scope: Scope, db: Database
) -> list[DepartmentOfEmployee]:
    """With the way to each from the top."""
    community_id = community_of(call)
    employee = await queries.employee(scope, db, community_id, data.identity_id)
    tree = await queries.tree(scope, db, community_id)
    within = await queries.departments_of(scope, db, community_id, [employee.person_id])
    rows = []
    for department_id in within.get(employee.person_id, ()):
        way = tree.path(department_id)
        row = way[-1]
        rows.append(
            DepartmentOfEmployee(
                str(department_id),
                row.name,
                row.description,
                "" if row.parent_id is None else str(row.parent_id),
                [str(department.department_id) for department in way],
                [department.name for department in way],
            )
        )
    return rows

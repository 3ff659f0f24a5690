"""What the methods of `employee` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class EmployeeInDepartment(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """员工的用户 id / user id of the employee"""
    dep_id: str | int = field(name="depId")
    """部门 id / department id"""


class DepartmentEmployees(Model, kw_only=True):
    dep_id: str | int = field(name="depId")
    """部门 id / department id"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 1-100 / page size, 1 to 100"""


class EmployeePage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[EmployeeInfo]


class EmployeeInfo(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """员工的用户 id / user id of the employee"""
    name: str
    """姓名 / name"""
    mobile: str | None
    """手机号 / phone"""
    face_img_url: str | None = field(name="faceImgUrl")
    """图片地址 / picture address"""
    face_id: str | None = field(name="faceId")
    """人脸 id / face id"""


class EmployeeNamed(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """员工的用户 id / user id of the employee"""


class DepartmentOfEmployee(Model, kw_only=True):
    dep_id: str = field(name="depId")
    """部门 id / department id"""
    name: str
    """名称 / name"""
    desc: str
    """描述 / description"""
    parent_id: str = field(name="parentId")
    """上级部门 id，根下为空 / parent; empty under the company"""
    path_ids: list[str] = field(name="pathIds")
    """路径 id，含本部门 / ids of the path, this included"""
    path_names: list[str] = field(name="pathNames")
    """路径名称，含本部门 / names of the path, this included"""


class DepartmentCreate(Model, kw_only=True):
    name: str
    """名称，最长 64 / name, at most 64"""
    parent_dep_id: str | int | None = field(default=None, name="parentDepId")
    """上级部门 id，为空即公司根节点 / parent; empty: the company itself"""
    desc: str | None = None
    """描述，最长 256 / description, at most 256"""


class DepartmentDelete(Model, kw_only=True):
    dep_id: str | int = field(name="depId")
    """部门 id / department id"""


class DepartmentModify(Model, kw_only=True):
    dep_id: str | int = field(name="depId")
    """部门 id / department id"""
    name: str
    """名称，最长 64 / name, at most 64"""
    desc: str | None = None
    """描述，最长 256 / description, at most 256"""


class DepartmentQuery(Model, kw_only=True):
    parent_dep_id: str | int | None = field(default=None, name="parentDepId")
    """上级部门 id，为空即根下 / parent; empty: children of the root"""
    name: str | None = None
    """名称，精确 / exact name"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 1 起，默认 1 / page, default 1"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，默认 20 / page size, default 20"""


class DepartmentPage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    list: list[DepartmentInfo]
    """部门 / departments"""


class DepartmentInfo(Model, kw_only=True):
    dep_id: str = field(name="depId")
    """部门 id / department id"""
    name: str
    """名称 / name"""
    desc: str
    """描述 / description"""


class EmployeeCreate(Model, kw_only=True):
    mobile: str
    """手机号，最长 20 / phone, at most 20"""
    name: str
    """姓名，最长 12 / name, at most 12"""
    face_img_upload_id: str | None = field(default=None, name="faceImgUploadId")
    """人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture"""


class EmployeeCreated(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """员工的用户 id / user id of the employee"""


class EmployeeModify(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """员工的用户 id / user id of the employee"""
    mobile: str | None = None
    """手机号，为空不修改 / phone; empty: unchanged"""
    name: str | None = None
    """姓名，为空不修改 / name; empty: unchanged"""
    face_img_upload_id: str | None = field(default=None, name="faceImgUploadId")
    """人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture"""


class EmployeeQuery(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，不小于 0；0 同 1 / page, not less than 0; 0 is the first"""
    page_size: int = field(name="pageSize")
    """每页数量 1-100 / page size, 1 to 100"""
    name: str | None = None
    """姓名，精确 / name, exact"""
    name_like: str | None = field(default=None, name="nameLike")
    """姓名，模糊 / part of the name"""
    mobile: str | None = None
    """手机号，精确 / phone, exact"""
    order_by: list[EmployeeOrder] | EmployeeOrder | None = field(default=None, name="orderBy")
    """排序，默认创建时间倒序 / sort rule, newest first by default"""


class EmployeeOrder(Model, kw_only=True):
    column: str
    """NAME, MOBILE, GMT_CREATE"""
    order: str | None = None
    """DESC, ASC"""

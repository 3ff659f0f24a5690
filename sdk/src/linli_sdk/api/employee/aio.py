"""The methods of `employee` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.employee import contracts
from linli_sdk.api.employee.models import (
    DepartmentCreate,
    DepartmentDelete,
    DepartmentEmployees,
    DepartmentModify,
    DepartmentOfEmployee,
    DepartmentPage,
    DepartmentQuery,
    EmployeeCreate,
    EmployeeCreated,
    EmployeeInDepartment,
    EmployeeInfo,
    EmployeeModify,
    EmployeeNamed,
    EmployeeOrder,
    EmployeePage,
    EmployeeQuery,
)
from linli_sdk.service import AsyncService


class AsyncEmployee(AsyncService):
    """The 13 methods of service `employee`, as a key is granted it."""

    async def add_to_department(self, *, identity_id: str, dep_id: str | int) -> None:
        """Put an employee into a department / 添加员工到部门

        `/solution/community/department/employee/add` 1.0.0. Needs a community: `client.at(community_id)`.

        An employee may be in several departments; twice changes nothing.

        Args:
            identity_id: 员工的用户 id / user id of the employee
            dep_id: 部门 id / department id
        """
        return await self._call(
            contracts.ADD_TO_DEPARTMENT, EmployeeInDepartment(identity_id=identity_id, dep_id=dep_id)
        )

    async def query_department_employees(
        self, *, dep_id: str | int, page_no: int, page_size: int
    ) -> EmployeePage:
        """Page employees of a department / 分页查询部门的员工

        `/solution/community/department/employee/query` 1.0.0. Needs a community: `client.at(community_id)`.

        The employees of the department itself, not of departments below it.

        Args:
            dep_id: 部门 id / department id
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量 1-100 / page size, 1 to 100
        """
        return await self._call(
            contracts.QUERY_DEPARTMENT_EMPLOYEES,
            DepartmentEmployees(dep_id=dep_id, page_no=page_no, page_size=page_size),
        )

    async def remove_from_department(self, *, identity_id: str, dep_id: str | int) -> None:
        """Take an employee out of a department / 从部门移除员工

        `/solution/community/department/employee/remove` 1.0.0. Needs a community: `client.at(community_id)`.

        Nothing happens when the employee is not in it.

        Args:
            identity_id: 员工的用户 id / user id of the employee
            dep_id: 部门 id / department id
        """
        return await self._call(
            contracts.REMOVE_FROM_DEPARTMENT, EmployeeInDepartment(identity_id=identity_id, dep_id=dep_id)
        )

    async def list_departments_of_employee(self, *, identity_id: str) -> list[DepartmentOfEmployee]:
        """List the departments of an employee / 查询员工的部门

        `/solution/community/employee/department/list` 1.0.0. Needs a community: `client.at(community_id)`.

        With the way to each from the top.

        Args:
            identity_id: 员工的用户 id / user id of the employee
        """
        return await self._call(
            contracts.LIST_DEPARTMENTS_OF_EMPLOYEE, EmployeeNamed(identity_id=identity_id)
        )

    async def create_department(
        self, *, name: str, parent_dep_id: str | int | None = None, desc: str | None = None
    ) -> str:
        """Create a department / 创建组织节点

        `/solution/community/org/department/create` 1.0.0. Needs a community: `client.at(community_id)`.

        `data` is the id.

        Args:
            name: 名称，最长 64 / name, at most 64
            parent_dep_id: 上级部门 id，为空即公司根节点 / parent; empty: the company itself
            desc: 描述，最长 256 / description, at most 256
        """
        return await self._call(
            contracts.CREATE_DEPARTMENT, DepartmentCreate(name=name, parent_dep_id=parent_dep_id, desc=desc)
        )

    async def delete_department(self, *, dep_id: str | int) -> None:
        """Delete a department / 删除组织节点

        `/solution/community/org/department/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        With the departments below it; their employees stay employees. The property can bring them back in the console.

        Args:
            dep_id: 部门 id / department id
        """
        return await self._call(contracts.DELETE_DEPARTMENT, DepartmentDelete(dep_id=dep_id))

    async def modify_department(self, *, dep_id: str | int, name: str, desc: str | None = None) -> None:
        """Change a department / 修改组织节点

        `/solution/community/org/department/modify` 1.0.0. Needs a community: `client.at(community_id)`.

        A description that is not given stays.

        Args:
            dep_id: 部门 id / department id
            name: 名称，最长 64 / name, at most 64
            desc: 描述，最长 256 / description, at most 256
        """
        return await self._call(
            contracts.MODIFY_DEPARTMENT, DepartmentModify(dep_id=dep_id, name=name, desc=desc)
        )

    async def query_departments(
        self,
        *,
        parent_dep_id: str | int | None = None,
        name: str | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
    ) -> DepartmentPage:
        """List departments below one / 查询子组织节点

        `/solution/community/org/department/query` 1.0.0. Needs a community: `client.at(community_id)`.

        The departments directly below the parent, in the order of their creation.

        Args:
            parent_dep_id: 上级部门 id，为空即根下 / parent; empty: children of the root
            name: 名称，精确 / exact name
            page_no: 页码，从 1 起，默认 1 / page, default 1
            page_size: 每页数量，默认 20 / page size, default 20
        """
        return await self._call(
            contracts.QUERY_DEPARTMENTS,
            DepartmentQuery(parent_dep_id=parent_dep_id, name=name, page_no=page_no, page_size=page_size),
        )

    async def create_employee(
        self, *, mobile: str, name: str, face_img_upload_id: str | None = None
    ) -> EmployeeCreated:
        """Create an employee / 创建员工信息

        `/solution/community/org/employee/create` 1.0.0. Needs a community: `client.at(community_id)`.

        The employee joins the group 物业. A phone that is known already means the same person.

        Args:
            mobile: 手机号，最长 20 / phone, at most 20
            name: 姓名，最长 12 / name, at most 12
            face_img_upload_id: 人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture
        """
        return await self._call(
            contracts.CREATE_EMPLOYEE,
            EmployeeCreate(mobile=mobile, name=name, face_img_upload_id=face_img_upload_id),
        )

    async def delete_employee(self, *, identity_id: str) -> None:
        """Delete an employee / 删除员工信息

        `/solution/community/org/employee/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        Departments, rights and the group 物业 end with it; the person stays a user of the community.

        Args:
            identity_id: 员工的用户 id / user id of the employee
        """
        return await self._call(contracts.DELETE_EMPLOYEE, EmployeeNamed(identity_id=identity_id))

    async def get_employee(self, *, identity_id: str) -> EmployeeInfo:
        """Read an employee / 获取员工信息

        `/solution/community/org/employee/get` 1.0.0. Needs a community: `client.at(community_id)`.

        By user id.

        Args:
            identity_id: 员工的用户 id / user id of the employee
        """
        return await self._call(contracts.GET_EMPLOYEE, EmployeeNamed(identity_id=identity_id))

    async def modify_employee(
        self,
        *,
        identity_id: str,
        mobile: str | None = None,
        name: str | None = None,
        face_img_upload_id: str | None = None,
    ) -> None:
        """Change an employee / 修改员工信息

        `/solution/community/org/employee/modify` 1.0.0. Needs a community: `client.at(community_id)`.

        Empty fields stay unchanged.

        Args:
            identity_id: 员工的用户 id / user id of the employee
            mobile: 手机号，为空不修改 / phone; empty: unchanged
            name: 姓名，为空不修改 / name; empty: unchanged
            face_img_upload_id: 人脸图片 uploadId（bizCode=HOUSEHOLD_FACE） / uploadId of the picture
        """
        return await self._call(
            contracts.MODIFY_EMPLOYEE,
            EmployeeModify(
                identity_id=identity_id, mobile=mobile, name=name, face_img_upload_id=face_img_upload_id
            ),
        )

    async def query_employees(
        self,
        *,
        page_no: int,
        page_size: int,
        name: str | None = None,
        name_like: str | None = None,
        mobile: str | None = None,
        order_by: list[EmployeeOrder] | EmployeeOrder | None = None,
    ) -> EmployeePage:
        """Page employees / 分页查询员工

        `/solution/community/org/employee/query` 1.0.0. Needs a community: `client.at(community_id)`.

        Every value given must fit.

        Args:
            page_no: 页码，不小于 0；0 同 1 / page, not less than 0; 0 is the first
            page_size: 每页数量 1-100 / page size, 1 to 100
            name: 姓名，精确 / name, exact
            name_like: 姓名，模糊 / part of the name
            mobile: 手机号，精确 / phone, exact
            order_by: 排序，默认创建时间倒序 / sort rule, newest first by default
        """
        return await self._call(
            contracts.QUERY_EMPLOYEES,
            EmployeeQuery(
                page_no=page_no,
                page_size=page_size,
                name=name,
                name_like=name_like,
                mobile=mobile,
                order_by=order_by,
            ),
        )

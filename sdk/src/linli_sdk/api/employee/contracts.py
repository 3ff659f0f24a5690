"""Path, version and result of each method of `employee`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.employee.models import (
    DepartmentOfEmployee,
    DepartmentPage,
    EmployeeCreated,
    EmployeeInfo,
    EmployeePage,
)
from linli_sdk.methods import Method

ADD_TO_DEPARTMENT: Method[None] = Method(
    "/solution/community/department/employee/add", "1.0.0", token="required"
)
QUERY_DEPARTMENT_EMPLOYEES: Method[EmployeePage] = Method(
    "/solution/community/department/employee/query",
    "1.0.0",
    token="required",
    result=EmployeePage,
    reads=True,
)
REMOVE_FROM_DEPARTMENT: Method[None] = Method(
    "/solution/community/department/employee/remove", "1.0.0", token="required"
)
LIST_DEPARTMENTS_OF_EMPLOYEE: Method[list[DepartmentOfEmployee]] = Method(
    "/solution/community/employee/department/list",
    "1.0.0",
    token="required",
    result=list[DepartmentOfEmployee],
    reads=True,
)
CREATE_DEPARTMENT: Method[str] = Method(
    "/solution/community/org/department/create", "1.0.0", token="required", result=str
)
DELETE_DEPARTMENT: Method[None] = Method(
    "/solution/community/org/department/delete", "1.0.0", token="required"
)
MODIFY_DEPARTMENT: Method[None] = Method(
    "/solution/community/org/department/modify", "1.0.0", token="required"
)
QUERY_DEPARTMENTS: Method[DepartmentPage] = Method(
    "/solution/community/org/department/query", "1.0.0", token="required", result=DepartmentPage, reads=True
)
CREATE_EMPLOYEE: Method[EmployeeCreated] = Method(
    "/solution/community/org/employee/create", "1.0.0", token="required", result=EmployeeCreated
)
DELETE_EMPLOYEE: Method[None] = Method("/solution/community/org/employee/delete", "1.0.0", token="required")
GET_EMPLOYEE: Method[EmployeeInfo] = Method(
    "/solution/community/org/employee/get", "1.0.0", token="required", result=EmployeeInfo, reads=True
)
MODIFY_EMPLOYEE: Method[None] = Method("/solution/community/org/employee/modify", "1.0.0", token="required")
QUERY_EMPLOYEES: Method[EmployeePage] = Method(
    "/solution/community/org/employee/query", "1.0.0", token="required", result=EmployeePage, reads=True
)

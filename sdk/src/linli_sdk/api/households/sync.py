"""The methods of `households`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.households import contracts
from linli_sdk.api.households.models import (
    AppliedVisitor,
    ChangedVehicle,
    HouseholdPage,
    HouseholdQuery,
    HouseOfUser,
    HousesOfUser,
    MemberDelete,
    MemberInfo,
    MemberList,
    MemberSave,
    MemberSaved,
    NewVehicle,
    NewVisitor,
    OrderBy,
    VehicleAdd,
    VehicleDelete,
    VehicleInfo,
    VehicleName,
    VehicleQuery,
    VehicleUpdate,
    VisitorApplyAdd,
    VisitorApplyId,
    VisitorApplyQuery,
    VisitorDetail,
    VisitorPage,
)
from linli_sdk.service import Service


class Households(Service):
    """The 14 methods of service `household`, as a key is granted it."""

    def add_visitors(
        self, *, house_id: str | int, start_time: str, end_time: str, visitors: list[NewVisitor]
    ) -> list[AppliedVisitor]:
        """Apply for visitors / 新增访客申请

        `/solution/community/house/visitor/apply/add` 1.0.0. Needs a community: `client.at(community_id)`.

        All of them or none; an application id for each. They pass the doors on the way to the house meanwhile.

        Args:
            house_id: 房屋 id / house
            start_time: 到访开始 yyyy-MM-dd HH:mm:ss / from
            end_time: 到访结束 yyyy-MM-dd HH:mm:ss，须晚于当前 / until, later than now
            visitors: 访客，最多 20 人 / visitors, at most 20
        """
        return self._call(
            contracts.ADD_VISITORS,
            VisitorApplyAdd(house_id=house_id, start_time=start_time, end_time=end_time, visitors=visitors),
        )

    def cancel_visitor(self, *, apply_id: str | int) -> None:
        """Void a visitor application / 作废访客申请

        `/solution/community/house/visitor/apply/cancel` 1.0.0. Needs a community: `client.at(community_id)`.

        Only who has not arrived; the visitor's pass ends.

        Args:
            apply_id: 访客申请 id / application id
        """
        return self._call(contracts.CANCEL_VISITOR, VisitorApplyId(apply_id=apply_id))

    def confirm_visitor(self, *, apply_id: str | int) -> None:
        """Check a visitor in by hand / 人工访客核销

        `/solution/community/house/visitor/apply/confirm` 1.0.0. Needs a community: `client.at(community_id)`.

        Only who has not arrived, before the end of the window. Passing a door by the pass does the same.

        Args:
            apply_id: 访客申请 id / application id
        """
        return self._call(contracts.CONFIRM_VISITOR, VisitorApplyId(apply_id=apply_id))

    def get_visitor(self, *, apply_id: str | int) -> VisitorDetail:
        """Read a visitor / 查询访客详情

        `/solution/community/house/visitor/apply/get` 1.0.0. Needs a community: `client.at(community_id)`.

        Phone and ID-card number are masked.

        Args:
            apply_id: 访客申请 id / application id
        """
        return self._call(contracts.GET_VISITOR, VisitorApplyId(apply_id=apply_id))

    def query_visitors(
        self,
        *,
        start_time: str,
        end_time: str,
        page_no: int,
        page_size: int,
        house_id: str | int | None = None,
    ) -> VisitorPage:
        """Query visitors / 批量查询访客

        `/solution/community/house/visitor/apply/query` 1.0.0. Needs a community: `client.at(community_id)`.

        Visits whose window touches the time asked for, the latest first.

        Args:
            start_time: 从 yyyy-MM-dd HH:mm:ss / from
            end_time: 到 yyyy-MM-dd HH:mm:ss / until
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            house_id: 房屋 id / house
        """
        return self._call(
            contracts.QUERY_VISITORS,
            VisitorApplyQuery(
                start_time=start_time,
                end_time=end_time,
                page_no=page_no,
                page_size=page_size,
                house_id=house_id,
            ),
        )

    def add_vehicles(self, *, identity_id: str, vehicle_list: list[NewVehicle]) -> list[int]:
        """Add vehicles of a user / 添加车辆

        `/solution/community/household/user/vehicle/add` 1.0.1. Needs a community: `client.at(community_id)`.

        All of them or none. A plate is registered once in a community; it is kept in capitals without separators.

        Args:
            identity_id: 用户 id / user
            vehicle_list: 每人每小区最多 10 辆 / at most 10 a person and community
        """
        return self._call(
            contracts.ADD_VEHICLES, VehicleAdd(identity_id=identity_id, vehicle_list=vehicle_list)
        )

    def delete_vehicles(self, *, vehicle_list: list[VehicleName]) -> None:
        """Delete vehicles / 删除车辆

        `/solution/community/household/user/vehicle/delete` 1.0.1. Needs a community: `client.at(community_id)`.

        All of them or none. The property can bring a vehicle back in the console.

        Args:
            vehicle_list: 最多 10 辆 / at most 10
        """
        return self._call(contracts.DELETE_VEHICLES, VehicleDelete(vehicle_list=vehicle_list))

    def query_vehicles(
        self, *, identity_id: str | None = None, plate_number: str | None = None
    ) -> list[VehicleInfo]:
        """Query vehicles by user or plate / 查询车辆

        `/solution/community/household/user/vehicle/query` 1.0.1. Needs a community: `client.at(community_id)`.

        Vehicles of the token's community. With both given, those of the user that have the plate.

        Args:
            identity_id: 用户 id，与车牌至少填一项 / user; this or the plate must be given
            plate_number: 车牌号 / plate
        """
        return self._call(
            contracts.QUERY_VEHICLES, VehicleQuery(identity_id=identity_id, plate_number=plate_number)
        )

    def update_vehicles(self, *, vehicle_list: list[ChangedVehicle]) -> list[int]:
        """Update vehicles / 修改车辆

        `/solution/community/household/user/vehicle/update` 1.0.1. Needs a community: `client.at(community_id)`.

        All of them or none. What is absent stays.

        Args:
            vehicle_list: 最多 10 辆 / at most 10
        """
        return self._call(contracts.UPDATE_VEHICLES, VehicleUpdate(vehicle_list=vehicle_list))

    def delete_member(self, *, house_space_id: str | int, identity_id: str) -> None:
        """Remove a house member / 删除房屋成员

        `/solution/community/paas/house/member/delete` 2.0.0. Needs a community: `client.at(community_id)`.

        An app acts as the property and may remove any member. The member's rights from the house end.

        Args:
            house_space_id: 房屋空间 id / house space id
            identity_id: 成员 id / member
        """
        return self._call(
            contracts.DELETE_MEMBER, MemberDelete(house_space_id=house_space_id, identity_id=identity_id)
        )

    def list_members(
        self,
        *,
        house_space_id: str | int,
        identity_id: str | None = None,
        community_id: str | int | None = None,
        types: list[int] | None = None,
    ) -> list[MemberInfo]:
        """List the members of a house / 查询房屋成员

        `/solution/community/paas/house/member/list` 3.0.3. Needs a community: `client.at(community_id)`.

        Residents who live there, wait for review or were refused; not residents who moved out.

        Args:
            house_space_id: 房屋空间 id / house space id
            identity_id: 用户 id / user id
            community_id: 小区 id / community id
            types: 1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other
        """
        return self._call(
            contracts.LIST_MEMBERS,
            MemberList(
                house_space_id=house_space_id, identity_id=identity_id, community_id=community_id, types=types
            ),
        )

    def save_member(
        self,
        *,
        house_space_id: str | int,
        community_id: int | None = None,
        identity_id: str | None = None,
        type: int | None = None,
        name: str | None = None,
        sex: int | None = None,
        id_num: str | None = None,
        phone_num: str | None = None,
        face_img_upload_id: str | None = None,
        age: int | None = None,
        degree: int | None = None,
        health: str | None = None,
        marriage: int | None = None,
        politics: int | None = None,
        company: str | None = None,
        registry: str | None = None,
        residence_address: str | None = None,
        registry_code: str | None = None,
        residence_address_code: str | None = None,
        nationality: str | None = None,
        ext: str | None = None,
    ) -> MemberSaved:
        """Add or update a house member / 新增/修改房屋成员

        `/solution/community/paas/house/member/save` 1.0.5. Needs a community: `client.at(community_id)`.

        Without identityId a new member, who joins the group 业主; with it an update, which keeps name and sex.

        Args:
            house_space_id: 房屋空间 id / house space id
            community_id: 小区 id / community id
            identity_id: 成员 id，有值时为修改 / member; its presence makes the call an update
            type: 1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other
            name: 姓名，新增必填，不可修改 / name; required on create
            sex: 1 男 2 女 / 1 male, 2 female
            id_num: 身份证号 / ID-card number
            phone_num: 手机号，仅新增 / phone, create only
            face_img_upload_id: 人脸图片 uploadId / face picture
            age: 年龄 / age
            degree: 学历 0-9 / degree
            health: 健康状况 / health
            marriage: 0 未婚 1 已婚 2 离异 / marriage
            politics: 政治面貌 0-5 / politics
            company: 工作单位 / employer
            registry: 籍贯 / native place
            residence_address: 户籍所在地 / registered residence
            registry_code: 籍贯编码 / native place code
            residence_address_code: 户籍编码 / residence code
            nationality: 国家（地区） / country or region
            ext: 自定义字段，JSON 文本 / custom fields, JSON text
        """
        return self._call(
            contracts.SAVE_MEMBER,
            MemberSave(
                house_space_id=house_space_id,
                community_id=community_id,
                identity_id=identity_id,
                type=type,
                name=name,
                sex=sex,
                id_num=id_num,
                phone_num=phone_num,
                face_img_upload_id=face_img_upload_id,
                age=age,
                degree=degree,
                health=health,
                marriage=marriage,
                politics=politics,
                company=company,
                registry=registry,
                residence_address=residence_address,
                registry_code=registry_code,
                residence_address_code=residence_address_code,
                nationality=nationality,
                ext=ext,
            ),
        )

    def list_houses_of_user(self, *, identity_id: str) -> list[HouseOfUser]:
        """List the houses of a user / 查询用户的房屋列表

        `/solution/community/paas/household/house/list` 1.0.0. Needs a community: `client.at(community_id)`.

        The houses in which the user lives now.

        Args:
            identity_id: 用户 id / user id
        """
        return self._call(contracts.LIST_HOUSES_OF_USER, HousesOfUser(identity_id=identity_id))

    def query_residents(
        self,
        *,
        community_id: int | None = None,
        house_space_id: str | int | None = None,
        mobile: str | None = None,
        type: int | None = None,
        user_name: str | None = None,
        modified_start: int | None = None,
        modified_end: int | None = None,
        order_by: OrderBy | None = None,
        page_no: int | None = None,
        page_size: int | None = None,
    ) -> HouseholdPage:
        """Query residents / 查询住户列表

        `/solution/community/paas/household/query` 1.0.5. Needs a community: `client.at(community_id)`.

        The present residents of the community, one row for each of their houses, newest first.

        Args:
            community_id: 小区 id / community id
            house_space_id: 房屋空间 id / house space
            mobile: 手机号 / phone
            type: 1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other
            user_name: 姓名 / name
            modified_start: 修改时间起，毫秒，含 / changed from, ms
            modified_end: 修改时间止，毫秒，含 / changed to, ms
            order_by: 排序，默认 gmt_create 倒序 / sort rule
            page_no: 页码，默认 1 / page, default 1
            page_size: 每页数量，默认 20 / page size, default 20
        """
        return self._call(
            contracts.QUERY_RESIDENTS,
            HouseholdQuery(
                community_id=community_id,
                house_space_id=house_space_id,
                mobile=mobile,
                type=type,
                user_name=user_name,
                modified_start=modified_start,
                modified_end=modified_end,
                order_by=order_by,
                page_no=page_no,
                page_size=page_size,
            ),
        )

"""The methods of `communities`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.communities import contracts
from linli_sdk.api.communities.models import (
    AssetAdd,
    AssetInfo,
    AssetNamed,
    AssetsOfHouse,
    AssetUpdate,
    CommunityApplied,
    CommunityApply,
    CommunityApplyOlder,
    CommunityDetail,
    CommunityInfo,
    CommunityNamed,
    CommunityOfDevice,
    CommunityQuery,
    DeploymentQuery,
    DeploymentRow,
    DeviceIdentity,
    DeviceNamed,
    FileSave,
    FileSaved,
    GroupOnDevice,
    PoiQuery,
    SpaceChildren,
    SpaceCreate,
    SpaceCreated,
    SpaceDetail,
    SpaceNamed,
    SpacePage,
    SpacesNamed,
    SpacesOfType,
    SpaceUpdate,
    Ticket,
    TicketGet,
    UserFaces,
)
from linli_sdk.service import Service


class Communities(Service):
    """The 28 methods of service `community`, as a key is granted it."""

    def add_asset(self, *, house_id: str | int, type: int, name: str) -> str:
        """Add an asset to a house / 新增房屋资产

        `/solution/community/household/spaceasset/add` 1.0.1. Needs a community: `client.at(community_id)`.

        The id of the asset.

        Args:
            house_id: 房屋（空间）id / house (space) id
            type: 1 车位 2 车库 3 储藏室 / 1 parking space, 2 garage, 3 storage room
            name: 编号 / number of the parking space, garage or storage room
        """
        return self._call(contracts.ADD_ASSET, AssetAdd(house_id=house_id, type=type, name=name))

    def delete_asset(self, *, house_id: str | int, asset_id: str | int) -> None:
        """Delete a house asset / 删除房屋资产

        `/solution/community/household/spaceasset/delete` 1.0.1. Needs a community: `client.at(community_id)`.

        Args:
            house_id: 房屋（空间）id / house (space) id
            asset_id: 资产 id / asset id
        """
        return self._call(contracts.DELETE_ASSET, AssetNamed(house_id=house_id, asset_id=asset_id))

    def list_assets(self, *, house_id: str | int) -> list[AssetInfo]:
        """List the assets of a house / 查询房屋资产

        `/solution/community/household/spaceasset/list` 1.0.1. Needs a community: `client.at(community_id)`.

        Args:
            house_id: 房屋（空间）id / house (space) id
        """
        return self._call(contracts.LIST_ASSETS, AssetsOfHouse(house_id=house_id))

    def update_asset(
        self, *, house_id: str | int, asset_id: str | int, type: int | None = None, name: str | None = None
    ) -> None:
        """Update a house asset / 更新房屋资产

        `/solution/community/household/spaceasset/update` 1.0.1. Needs a community: `client.at(community_id)`.

        Args:
            house_id: 房屋（空间）id / house (space) id
            asset_id: 资产 id / asset id
            type: 1 车位 2 车库 3 储藏室 / type
            name: 编号 / number
        """
        return self._call(
            contracts.UPDATE_ASSET, AssetUpdate(house_id=house_id, asset_id=asset_id, type=type, name=name)
        )

    def save_file(
        self,
        *,
        tmp_oss_key: str,
        biz_code: str,
        community_id: int | None = None,
        url_timeout: int | None = None,
    ) -> FileSaved:
        """Turn an uploaded file into an uploadId / 保存上传OSS文件

        `/solution/community/oss/file/save` 1.0.0.

        Each temporary file serves once. COMMUNITY_FILE takes pictures, HOUSEHOLD_FACE JPG; DEFAULT takes any file. It is
        returned as a picture, as a PDF or as bytes to save, whatever its name.

        Args:
            tmp_oss_key: 临时文件的 key / key of the temporary file
            biz_code: DEFAULT, COMMUNITY_FILE, HOUSEHOLD_FACE
            community_id: 小区 id / community id
            url_timeout: 地址有效期，秒，默认 300 / URL validity, s
        """
        return self._call(
            contracts.SAVE_FILE,
            FileSave(
                tmp_oss_key=tmp_oss_key, biz_code=biz_code, community_id=community_id, url_timeout=url_timeout
            ),
        )

    def get_old_ticket(self, *, type: str) -> Ticket:
        """Get an upload ticket (older) / 获取OSS上传地址（旧版）

        `/solution/community/oss/ticket/get` 1.0.1.

        Same contract: the key of the file (dir + "/" + file name) goes straight into the older business methods.

        Args:
            type: 凭证类型，picture 为图片，最大 2MB / picture: images, at most 2 MB
        """
        return self._call(contracts.GET_OLD_TICKET, TicketGet(type=type))

    def get_ticket(self, *, type: str) -> Ticket:
        """Get an upload ticket / 获取OSS上传地址

        `/solution/community/oss/ticket/get` 1.0.2.

        POST the file as a form to `http://` + host; then turn its key (dir + "/" + file name) into an uploadId.

        Args:
            type: 凭证类型，picture 为图片，最大 2MB / picture: images, at most 2 MB
        """
        return self._call(contracts.GET_TICKET, TicketGet(type=type))

    def apply_older(
        self,
        *,
        poid: str,
        name: str,
        address: str,
        service_start_time: str,
        service_end_time: str,
        certificate: str,
    ) -> CommunityApplied:
        """Apply for a new community (older version) / 创建小区【需审核】（旧版）

        `/solution/community/paas/community/apply` 1.0.0, legacy.

        The certificate is a picture that was uploaded with a ticket: its key, or its address here. Others' pages are not
        fetched.

        Args:
            poid: 地点 id（poid） / POI id
            name: 小区名称 / community name
            address: 地址 / address
            service_start_time: 服务开始日期 / service start, yyyy-MM-dd
            service_end_time: 服务结束日期 / service end, yyyy-MM-dd
            certificate: 证明图片地址或 ossKey / address or key of the uploaded picture of the certificate
        """
        return self._call(
            contracts.APPLY_OLDER,
            CommunityApplyOlder(
                poid=poid,
                name=name,
                address=address,
                service_start_time=service_start_time,
                service_end_time=service_end_time,
                certificate=certificate,
            ),
        )

    def apply_for_community(
        self,
        *,
        poid: str,
        name: str,
        address: str,
        service_start_time: str,
        service_end_time: str,
        certificate_upload_id: str,
        certificate_upload_id2: str | None = None,
        certificate_upload_id3: str | None = None,
    ) -> CommunityApplied:
        """Apply for a new community (reviewed) / 创建小区【需审核】

        `/solution/community/paas/community/apply` 1.0.3.

        The community is under review until the platform's operator decides; only then tokens and spaces can be had.

        Args:
            poid: 地点 id（poid） / POI id
            name: 小区名称 / community name
            address: 地址 / address
            service_start_time: 服务开始日期 / service start, yyyy-MM-dd
            service_end_time: 服务结束日期 / service end, yyyy-MM-dd
            certificate_upload_id: 证明文件 uploadId（bizCode=COMMUNITY_FILE） / uploadId of the certificate
            certificate_upload_id2: 第二个证明文件 / second certificate
            certificate_upload_id3: 第三个证明文件 / third certificate
        """
        return self._call(
            contracts.APPLY_FOR_COMMUNITY,
            CommunityApply(
                poid=poid,
                name=name,
                address=address,
                service_start_time=service_start_time,
                service_end_time=service_end_time,
                certificate_upload_id=certificate_upload_id,
                certificate_upload_id2=certificate_upload_id2,
                certificate_upload_id3=certificate_upload_id3,
            ),
        )

    def delete_community(self, *, community_id: int) -> None:
        """Delete a community whose application failed / 删除小区

        `/solution/community/paas/community/delete` 1.0.1.

        Only an application that was refused; a community in management stays.

        Args:
            community_id: 小区 id / community id
        """
        return self._call(contracts.DELETE_COMMUNITY, CommunityNamed(community_id=community_id))

    def get_community_older(self, *, community_id: int) -> CommunityDetail:
        """Read a community (older version) / 查询小区信息（旧版）

        `/solution/community/paas/community/detail/get` 1.0.0, legacy.

        As 1.0.3.

        Args:
            community_id: 小区 id / community id
        """
        return self._call(contracts.GET_COMMUNITY_OLDER, CommunityNamed(community_id=community_id))

    def get_community(self, *, community_id: int) -> CommunityDetail:
        """Read a community with its review state / 查询小区信息【包括审核状态】

        `/solution/community/paas/community/detail/get` 1.0.3.

        One community; root space and project id are there once it is approved.

        Args:
            community_id: 小区 id / community id
        """
        return self._call(contracts.GET_COMMUNITY, CommunityNamed(community_id=community_id))

    def query_communities_older(
        self,
        *,
        project_id: str | None = None,
        apply_status: int | None = None,
        page_size: int | None = None,
        page_no: int | None = None,
    ) -> list[CommunityInfo]:
        """List communities (older version) / 获取小区列表（旧版）

        `/solution/community/paas/community/query` 1.0.0, legacy.

        As 1.0.2.

        Args:
            project_id: 项目 id / project id
            apply_status: 审批状态：1 审批中 2 已审批 3 拒绝 / 1 under review, 2 approved, 3 rejected
            page_size: 每页数量，默认 20 / page size, default 20
            page_no: 页码，默认 1 / page, default 1
        """
        return self._call(
            contracts.QUERY_COMMUNITIES_OLDER,
            CommunityQuery(
                project_id=project_id, apply_status=apply_status, page_size=page_size, page_no=page_no
            ),
        )

    def query_communities(
        self,
        *,
        project_id: str | None = None,
        apply_status: int | None = None,
        page_size: int | None = None,
        page_no: int | None = None,
    ) -> list[CommunityInfo]:
        """List communities / 获取小区列表

        `/solution/community/paas/community/query` 1.0.2.

        Communities that the caller may use and its own applications, newest first.

        Args:
            project_id: 项目 id / project id
            apply_status: 审批状态：1 审批中 2 已审批 3 拒绝 / 1 under review, 2 approved, 3 rejected
            page_size: 每页数量，默认 20 / page size, default 20
            page_no: 页码，默认 1 / page, default 1
        """
        return self._call(
            contracts.QUERY_COMMUNITIES,
            CommunityQuery(
                project_id=project_id, apply_status=apply_status, page_size=page_size, page_no=page_no
            ),
        )

    def get_community_of_device_v1_0_0(self, *, device_identity: DeviceIdentity) -> CommunityOfDevice:
        """Find the community of a device (older version) / 根据设备查询小区信息（旧版）

        `/solution/community/paas/device/community/get` 1.0.0, legacy.

        Args:
            device_identity: 设备标识 / device identity
        """
        return self._call(
            contracts.GET_COMMUNITY_OF_DEVICE_V1_0_0, DeviceNamed(device_identity=device_identity)
        )

    def get_community_of_device(self, *, device_identity: DeviceIdentity) -> CommunityOfDevice:
        """Find the community of a device / 根据设备查询小区信息

        `/solution/community/paas/device/community/get` 1.0.3.

        Args:
            device_identity: 设备标识 / device identity
        """
        return self._call(contracts.GET_COMMUNITY_OF_DEVICE, DeviceNamed(device_identity=device_identity))

    def query_pois_older(
        self,
        *,
        keywords: str,
        city: str,
        citylimit: bool | None = None,
        page_size: int | None = None,
        page_no: int | None = None,
    ) -> list[dict[str, Any]]:
        """Search POI ids (older version) / 获取POID列表（旧版）

        `/solution/community/paas/poid/query` 1.0.0, legacy.

        As 1.0.1.

        Args:
            keywords: 关键字 / keyword
            city: 城市 / city
            citylimit: 仅返回该城市数据 / only data of that city
            page_size: 每页数量，默认 20 / rows per page, default 20
            page_no: 页码，默认 1 / page, default 1
        """
        return self._call(
            contracts.QUERY_POIS_OLDER,
            PoiQuery(keywords=keywords, city=city, citylimit=citylimit, page_size=page_size, page_no=page_no),
        )

    def query_pois(
        self,
        *,
        keywords: str,
        city: str,
        citylimit: bool | None = None,
        page_size: int | None = None,
        page_no: int | None = None,
    ) -> list[dict[str, Any]]:
        """Search POI ids / 获取POID列表

        `/solution/community/paas/poid/query` 1.0.1.

        POI objects as the map provider spells them; `id` is the poid. The city's own come first.

        Args:
            keywords: 关键字 / keyword
            city: 城市 / city
            citylimit: 仅返回该城市数据 / only data of that city
            page_size: 每页数量，默认 20 / rows per page, default 20
            page_no: 页码，默认 1 / page, default 1
        """
        return self._call(
            contracts.QUERY_POIS,
            PoiQuery(keywords=keywords, city=city, citylimit=citylimit, page_size=page_size, page_no=page_no),
        )

    def delete_space(self, *, space_id: str | int) -> None:
        """Delete an empty space / 删除小区下区域

        `/solution/community/paas/space/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        Refused while spaces, residents, assets or devices hang on it; the message counts them.

        Args:
            space_id: 空间 id / space id
        """
        return self._call(contracts.DELETE_SPACE, SpaceNamed(space_id=space_id))

    def get_spaces(self, *, space_ids: list[str | int]) -> list[SpaceDetail]:
        """Read spaces in bulk / 查询空间详情

        `/solution/community/paas/space/get` 1.0.2. Needs a community: `client.at(community_id)`.

        In the order asked for; ids that do not exist in the community are left out.

        Args:
            space_ids: 空间 id 列表，最多 100 / space ids, at most 100
        """
        return self._call(contracts.GET_SPACES, SpacesNamed(space_ids=space_ids))

    def query_children(
        self, *, space_id: str | int, page_no: int, page_size: int, type_code_list: list[str] | None = None
    ) -> SpacePage:
        """Query children level by level / 层级查询子空间

        `/solution/community/paas/space/query` 1.0.2. Needs a community: `client.at(community_id)`.

        Direct children only, in the order people count (2 before 10).

        Args:
            space_id: 父空间 id / parent space id
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            type_code_list: 按类型过滤 / only these types
        """
        return self._call(
            contracts.QUERY_CHILDREN,
            SpaceChildren(
                space_id=space_id, page_no=page_no, page_size=page_size, type_code_list=type_code_list
            ),
        )

    def create_space(
        self, *, name: str, parent_id: str | int, type_code: str, direction: int | None = None
    ) -> SpaceCreated:
        """Create a space under the community / 新建小区下区域

        `/solution/community/paas/space/sub/create` 1.0.1. Needs a community: `client.at(community_id)`.

        Buildings stand in the community or an area, units in a building, houses in a unit; lanes in a parking area.

        Args:
            name: 空间名称 / space name
            parent_id: 父空间 id，一级空间填小区根空间 / parent; the root space for the first level
            type_code: area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道 / area, building, unit, house, parking_area, parking_space_channel (lane)
            direction: 方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit
        """
        return self._call(
            contracts.CREATE_SPACE,
            SpaceCreate(name=name, parent_id=parent_id, type_code=type_code, direction=direction),
        )

    def query_spaces_of_type(self, *, page_no: int, page_size: int, type_code: str) -> SpacePage:
        """Query all spaces of one type / 平铺查询子空间

        `/solution/community/paas/space/sub/query` 1.0.1. Needs a community: `client.at(community_id)`.

        All depths of the community of the cloudToken, without hierarchy.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            type_code: area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道 / area, building, unit, house, parking_area, parking_space_channel (lane)
        """
        return self._call(
            contracts.QUERY_SPACES_OF_TYPE,
            SpacesOfType(page_no=page_no, page_size=page_size, type_code=type_code),
        )

    def update_space(self, *, name: str, space_id: str | int, direction: int | None = None) -> None:
        """Rename a space or turn a lane / 修改小区下区域

        `/solution/community/paas/space/update` 1.0.1. Needs a community: `client.at(community_id)`.

        Args:
            name: 空间名称 / space name
            space_id: 空间 id / space id
            direction: 方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit
        """
        return self._call(
            contracts.UPDATE_SPACE, SpaceUpdate(name=name, space_id=space_id, direction=direction)
        )

    def delete_user_faces(self, *, identity_id: str) -> None:
        """Delete all face pictures of a user / 删除用户人脸

        `/solution/community/paas/user/face/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        Deletes them no matter who handed them in. A user without any picture is left unchanged.

        Args:
            identity_id: 用户 id / user
        """
        return self._call(contracts.DELETE_USER_FACES, UserFaces(identity_id=identity_id))

    def deploy_group(self, *, iot_id: str, user_group_id: str) -> None:
        """Deploy a group's faces to a device / 用户组布防

        `/solution/community/paas/user/group/deploy` 1.0.0.

        The device follows the group from now on.

        Args:
            iot_id: AI 一体机或人脸设备 / device
            user_group_id: 用户组 / group

        Codes of its own: 403.
        """
        return self._call(contracts.DEPLOY_GROUP, GroupOnDevice(iot_id=iot_id, user_group_id=user_group_id))

    def query_deployments(
        self,
        *,
        page_size: int | None = None,
        page_no: int | None = None,
        user_group_id: str | None = None,
        iot_id: str | None = None,
        community_id: int | None = None,
    ) -> list[DeploymentRow]:
        """Deployments and their progress / 布防记录查询

        `/solution/community/paas/user/group/deploy/query` 1.0.0.

        Args:
            page_size: 每页数量，最多 100，默认 20 / page size
            page_no: 页码，从 1 起 / page, from 1
            user_group_id: 用户组 / group
            iot_id: 设备 / device
            community_id: 小区，旧写法，可代替 cloudToken / community, as older samples say it
        """
        return self._call(
            contracts.QUERY_DEPLOYMENTS,
            DeploymentQuery(
                page_size=page_size,
                page_no=page_no,
                user_group_id=user_group_id,
                iot_id=iot_id,
                community_id=community_id,
            ),
        )

    def undeploy_group(self, *, iot_id: str, user_group_id: str) -> None:
        """Withdraw a group from a device / 用户组撤防

        `/solution/community/paas/user/group/undeploy` 1.0.0.

        Args:
            iot_id: AI 一体机或人脸设备 / device
            user_group_id: 用户组 / group
        """
        return self._call(contracts.UNDEPLOY_GROUP, GroupOnDevice(iot_id=iot_id, user_group_id=user_group_id))

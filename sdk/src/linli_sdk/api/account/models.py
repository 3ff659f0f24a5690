"""What the methods of `account` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class AccountNamed(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / unified identity id"""


class AccountPhone(Model, kw_only=True):
    phone: str
    """手机号 / phone"""


class AccountOut(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / unified identity id"""
    login_id: str = field(name="loginId")
    """账号 id / account id"""
    login_name: str = field(name="loginName")
    """登录名 / log-in name"""
    phone: str | None
    """手机号 / phone"""
    email: str
    """邮箱 / e-mail"""
    nick_name: str = field(name="nickName")
    """昵称 / nickname"""
    creater: str
    """创建人 / who registered it"""
    modifier: str
    """最后修改人 / who changed it last"""
    create_app_key: str = field(name="createAppKey")
    """创建的 appKey / appKey that registered it"""
    avatar_url: str = field(name="avatarUrl")
    """头像地址 / picture address"""
    phone_location_code: str = field(name="phoneLocationCode")
    """手机国际区号 / dialling code"""


class AccountRegister(Model, kw_only=True):
    login_name: str = field(name="loginName")
    """登录名，项目内唯一 / log-in name, unique in the project"""
    nick_name: str = field(name="nickName")
    """昵称 / nickname"""
    phone: str | None = None
    """手机号 / phone"""
    email: str | None = None
    """邮箱 / e-mail"""
    password: str | None = None
    """密码，平台不保存 / password; the platform does not keep it"""
    avatar_url: str | None = field(default=None, name="avatarUrl")
    """头像地址 / picture address"""
    creater: str | None = None
    """创建人 / who registers it"""
    mobile_location_code: str | None = field(default=None, name="mobileLocationCode")
    """手机国际区号 / dialling code"""

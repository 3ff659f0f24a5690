"""The methods of `account`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.account import contracts
from linli_sdk.api.account.models import AccountNamed, AccountOut, AccountPhone, AccountRegister
from linli_sdk.service import Service


class Account(Service):
    """The 5 methods of service `account`, as a key is granted it."""

    def freeze_account(self, *, identity_id: str) -> str:
        """Freeze an account / 账号冻结

        `/user/account/freeze` 1.0.1.

        The person cannot sign in where the project serves; doors stay open unless the community says otherwise.

        Args:
            identity_id: 统一身份 id / unified identity id

        Codes of its own: 460.
        """
        return self._call(contracts.FREEZE_ACCOUNT, AccountNamed(identity_id=identity_id))

    def find_account_by_phone(self, *, phone: str) -> AccountOut:
        """Find an account by phone / 根据手机号查找账号

        `/user/account/querybyphone` 1.0.1.

        Args:
            phone: 手机号 / phone
        """
        return self._call(contracts.FIND_ACCOUNT_BY_PHONE, AccountPhone(phone=phone))

    def register_account(
        self,
        *,
        login_name: str,
        nick_name: str,
        phone: str | None = None,
        email: str | None = None,
        password: str | None = None,
        avatar_url: str | None = None,
        creater: str | None = None,
        mobile_location_code: str | None = None,
    ) -> str:
        """Register a person account / 账号注册

        `/user/account/register` 1.0.2.

        The identityId: that of the company's person with this phone, or a new one.

        Args:
            login_name: 登录名，项目内唯一 / log-in name, unique in the project
            nick_name: 昵称 / nickname
            phone: 手机号 / phone
            email: 邮箱 / e-mail
            password: 密码，平台不保存 / password; the platform does not keep it
            avatar_url: 头像地址 / picture address
            creater: 创建人 / who registers it
            mobile_location_code: 手机国际区号 / dialling code

        Codes of its own: 2402, 2404.
        """
        return self._call(
            contracts.REGISTER_ACCOUNT,
            AccountRegister(
                login_name=login_name,
                nick_name=nick_name,
                phone=phone,
                email=email,
                password=password,
                avatar_url=avatar_url,
                creater=creater,
                mobile_location_code=mobile_location_code,
            ),
        )

    def unfreeze_account(self, *, identity_id: str) -> None:
        """Unfreeze an account / 账号解冻

        `/user/account/unfreeze` 1.0.0.

        Args:
            identity_id: 统一身份 id / unified identity id

        Codes of its own: 460.
        """
        return self._call(contracts.UNFREEZE_ACCOUNT, AccountNamed(identity_id=identity_id))

    def unregister_account(self, *, identity_id: str) -> str:
        """Delete a person account / 注销账号

        `/user/account/unregister` 1.0.1.

        The person's rights at doors from the project end too.

        Args:
            identity_id: 统一身份 id / unified identity id

        Codes of its own: 460.
        """
        return self._call(contracts.UNREGISTER_ACCOUNT, AccountNamed(identity_id=identity_id))

"""The trade's words for our choices, in small letters and without blanks."""

from typing import Final


def _words(by_number: dict[int, str]) -> dict[str, int]:
    return {word: number for number, words in by_number.items() for word in words.split()}


RELATIONS: Final = _words(
    {
        1: "户主 房主 屋主 业主本人 本人 产权人 共有人 共同业主 房东 业主(户主) 户主本人 householder landlord homeowner",
        2: "家属 家人 家庭成员 业主家属 亲戚 亲人 配偶 妻子 妻 太太 夫人 爱人 老婆 媳妇 丈夫 夫 先生 老公 子女 "
        "儿子 子 女儿 女 长子 次子 长女 次女 独子 独女 孩子 小孩 儿媳 女婿 父母 父亲 父 母亲 母 爸爸 妈妈 "
        "岳父 岳母 公公 婆婆 祖父 祖母 爷爷 奶奶 外公 外婆 外祖父 外祖母 孙子 孙女 外孙 外孙女 兄弟 姐妹 哥哥 "
        "弟弟 姐姐 妹妹 兄 弟 姐 妹 侄子 侄女 外甥 外甥女 family familymember spouse wife husband son daughter child "
        "father mother parent brother sister grandfather grandmother grandson granddaughter partner",
        3: "租户 承租人 房客 租赁户 租住 租赁 租住人 合租人 合租 lessee renter lodger",
        4: "友人 朋友关系",
        5: "同事关系 员工 职工 coworker employee",
        6: "装修 装修工 装修工人 施工人员 施工 decorators builder worker",
        7: "阿姨 家政 家政人员 月嫂 育儿嫂 保洁 钟点工 护工 保姆阿姨 housekeeper maid carer",
        8: "驾驶员 专职司机 chauffeur",
        9: "其他 其它人员 其他人员 others",
    }
)
SEXES: Final = _words({1: "男性 男士 先生 m 男生", 2: "女性 女士 小姐 f 女生"})
HOUSE_TYPES: Final = _words(
    {1: "高层住宅 小高层 highrise", 2: "多层住宅", 3: "独栋 独栋别墅 别墅住宅", 4: "联排别墅 townhouse",
     5: "叠拼 叠拼别墅 叠加别墅", 6: "公寓住宅 酒店式公寓 apartment", 7: "其它"}
)  # fmt: skip
HOUSE_STATUSES: Final = _words(
    {1: "自用 已入住 入住 业主自住 已住", 2: "已出租 出租中 租赁 租 rented", 3: "空房 空 空置房 未入住 闲置 vacant"}
)  # fmt: skip
DEGREES: Final = _words(
    {0: "没有", 2: "初级中学", 4: "高中", 6: "专科 大学专科", 7: "大学 大学本科 学士",
     8: "研究生 硕士研究生", 9: "博士研究生 phd"}
)  # fmt: skip
MARRIAGES: Final = _words({0: "单身 未", 1: "有配偶 结婚 已", 2: "离婚 离异单身 divorce"})
POLITICS: Final = _words({0: "普通群众 无", 1: "中共党员 共产党员", 2: "中共预备党员"})

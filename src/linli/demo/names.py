"""Invented people: plausible Chinese names, and phones of a block that is given to nobody."""

import random
from typing import Final

MALE, FEMALE = 1, 2
"""`sex` as the platform counts it."""

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢傅钟"
    "姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江薛尹段雷黎史陶贺顾毛郝龚邵万钱严"
)
_WEIGHTS: Final = [max(40 - 2 * rank, 3) for rank in range(len(_SURNAMES))]
_GIVEN: Final = {
    MALE: "伟强磊军洋勇杰涛明超平刚辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢峰建文博瑞轩泽宸睿航铭昊然",
    FEMALE: "芳娜敏静丽艳娟霞秀兰燕玲桂英梅红云洁萍雪琳颖婷欣怡佳慧蓉倩莉璐瑶思雨涵梓萱诗语宁淑珍",
}


def surname(rng: random.Random) -> str:
    """A surname, the common ones more often."""
    return rng.choices(_SURNAMES, _WEIGHTS)[0]


def given(rng: random.Random, sex: int) -> str:
    """A given name of one or, mostly, two characters."""
    return "".join(rng.sample(_GIVEN[sex], 1 if rng.random() < 0.2 else 2))


def full_name(rng: random.Random, sex: int) -> str:
    return surname(rng) + given(rng, sex)


def phone(number: int) -> str:
    """The `number`-th invented phone, from 1 to 9999."""
    return f"1990000{number:04}"

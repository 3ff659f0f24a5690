"""Units that thing models of buildings use: the symbol goes into `specs.unit`, its Chinese name into `unitName`.

A model may carry any other unit; this list is what a form offers. Symbols follow the printed example (spec D, V-01).
"""

from typing import Final, NamedTuple


class Unit(NamedTuple):
    symbol: str
    name: str
    """Chinese, as `specs.unitName` has it."""
    english: str


def _units(*lines: str) -> tuple[Unit, ...]:
    return tuple(Unit(*(part.strip() for part in line.split("|"))) for line in lines)


UNITS: Final = _units(
    # counts and shares
    "%|百分比|percent", "‰|千分比|per mille", "count|次|count", "ppm|百万分率|parts per million",
    "person|人|person", "vehicle|辆|vehicle", "floor|层|floor", "step|步|step",
    # time
    "ms|毫秒|millisecond", "s|秒|second", "min|分钟|minute", "h|小时|hour", "day|天|day", "month|月|month",
    # length, area, volume, angle
    "mm|毫米|millimetre", "cm|厘米|centimetre", "m|米|metre", "km|千米|kilometre", "m²|平方米|square metre",
    "m³|立方米|cubic metre", "L|升|litre", "mL|毫升|millilitre", "°|度|degree of arc",
    # mass, force, pressure
    "g|克|gram", "kg|千克|kilogram", "t|吨|tonne", "N|牛顿|newton", "Pa|帕斯卡|pascal", "kPa|千帕|kilopascal",
    "MPa|兆帕|megapascal", "bar|巴|bar",
    # speed, flow
    "m/s|米每秒|metre per second", "km/h|千米每小时|kilometre per hour", "r/min|转每分钟|revolution per minute",
    "m³/h|立方米每小时|cubic metre per hour", "L/min|升每分钟|litre per minute", "L/s|升每秒|litre per second",
    # heat and air
    "°C|摄氏度|degree Celsius", "K|开尔文|kelvin", "%RH|相对湿度|relative humidity", "kJ|千焦|kilojoule",
    "GJ|吉焦|gigajoule", "μg/m³|微克每立方米|microgram per cubic metre",
    "mg/m³|毫克每立方米|milligram per cubic metre", "%LEL|爆炸下限百分比|percent of the lower explosive limit",
    # electricity
    "V|伏特|volt", "mV|毫伏|millivolt", "kV|千伏|kilovolt", "A|安培|ampere", "mA|毫安|milliampere", "W|瓦特|watt",
    "kW|千瓦|kilowatt", "var|乏|var", "kvar|千乏|kilovar", "VA|伏安|volt-ampere", "kVA|千伏安|kilovolt-ampere",
    "kW·h|千瓦时|kilowatt-hour", "kvar·h|千乏时|kilovar-hour", "Hz|赫兹|hertz", "pF|功率因数|power factor",
    "Ω|欧姆|ohm", "mAh|毫安时|milliampere-hour",
    # light, sound, radio, data
    "lx|勒克斯|lux", "lm|流明|lumen", "dB|分贝|decibel", "dBm|分贝毫瓦|decibel-milliwatt", "B|字节|byte",
    "KB|千字节|kilobyte", "MB|兆字节|megabyte", "GB|吉字节|gigabyte", "kbit/s|千比特每秒|kilobit per second",
    "px|像素|pixel", "fps|帧每秒|frames per second",
    # money
    "¥|元|yuan", "fen|分|fen",
)  # fmt: skip
BY_SYMBOL: Final = {unit.symbol: unit for unit in UNITS}

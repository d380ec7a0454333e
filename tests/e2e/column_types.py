"""Every column type of the sources, each with a maker of seeded values as SQL literals."""

import json
import struct
from dataclasses import dataclass
from typing import Callable


COMPRESSED = "compressed_columns"


@dataclass(frozen=True)
class ColumnType:
    definition: str  # "decimal(10,3) unsigned"
    make: Callable  # Random -> SQL literal
    needs: str = ""  # a feature of pairs.py
    only: tuple = ()  # sources that have the type; all if empty


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def octets(data):
    return f"X'{data.hex()}'"


def _integer(bits, signed):
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return lambda random: str(random.choice([low, high, 0, 1, low + 1, high // 2, random.randint(low, high)]))


def _decimal(digits, scale, signed=True):
    def make(random):
        number = random.choice([0, 1, 10**digits - 1, random.randrange(10**digits)])
        text = str(number).rjust(scale + 1, "0")
        text = text[: len(text) - scale] + "." + text[len(text) - scale :] if scale else text
        return ("-" if signed and number and random.random() < 0.5 else "") + text

    return make


def _float(random):
    value = random.choice([0.0, 1.5, -2.25, 3.4e38, -1.2e-37, random.uniform(-1e6, 1e6)])
    return repr(struct.unpack("f", struct.pack("f", value))[0])


def _double(random):
    return repr(random.choice([0.0, 1e-300, 1.7e308, -123.456, random.uniform(-1e12, 1e12)]))


def _bit(width):
    return lambda random: f"b'{random.getrandbits(width):0{width}b}'"


# What each character set can hold; all but the first words of the mixed ones go beyond ASCII.
SAMPLES = {
    "ascii": "plain old text",
    "latin1": "déjà vu Ærøskøbing",
    "utf8": "Grüße 世界 мир",
    "utf8mb4": "naïve 😀 世界 \U0001F680",
    "cp1251": "Привет мир",
    "koi8r": "Привет мир",
    "greek": "Γειά σου",
    "hebrew": "שלום",
    "gbk": "你好世界",
    "big5": "你好世界",
    "sjis": "こんにちは",
    "euckr": "안녕하세요",
    "ucs2": "世界 ok",
    "utf16": "世界 😀",
    "utf32": "世界 😀",
    "cp1250": "Příliš žluťoučký",
}


def _text(charset, longest):
    def make(random):
        sample = SAMPLES[charset]
        wanted = random.choice([0, 1, longest // 2, longest, random.randint(0, longest)])
        text = (sample * (wanted // len(sample) + 1))[:wanted]
        return quote(text.rstrip())  # CHAR drops spaces at the end

    return make


def _octets(longest, fixed=False):
    def make(random):
        size = longest if fixed else random.choice([0, 1, longest, random.randint(0, longest)])
        return octets(random.randbytes(size))

    return make


def _repeated(longest):
    return lambda random: f"REPEAT({quote(random.choice('xyz'))}, {random.randint(0, longest)})"


def _fraction(random, digits):
    return "." + "".join(random.choice("0123456789") for _ in range(digits)) if digits else ""


def _date(random):
    return quote(
        random.choice(
            [
                "1000-01-01",
                "9999-12-31",
                "2024-02-29",
                f"{random.randint(1970, 2037):04}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
            ]
        )
    )


def _time(digits):
    def make(random):
        sign = random.choice(["", "", "-"])
        clock = f"{random.choice([0, 12, 100, 838]):02}:{random.randint(0, 58):02}:{random.randint(0, 58):02}"
        return quote(sign + clock + _fraction(random, digits))

    return make


def _moment(digits, first, last):
    def make(random):
        day = f"{random.randint(first, last):04}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        return quote(
            f"{day} {random.randint(4, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
            + _fraction(random, digits)
        )

    return make


def _json(random):
    value = random.choice(
        [
            {
                "a": random.randint(0, 9),
                "b": [1, 2.5, None, True, "ü"],
                "c": {"d": {"e": "x" * random.randint(0, 300)}},
            },
            [],
            {},
            "text",
            17,
            -3.25,
            None,
            [[[[]]]],
            {"big": 18446744073709551615, "k" * 200: False},
        ]
    )
    return quote(json.dumps(value, ensure_ascii=False))


def _geometry(kind):
    def make(random):
        x, y = random.randint(-90, 90), random.uniform(-80, 80)
        shapes = {
            "POINT": f"POINT({x} {y})",
            "LINESTRING": f"LINESTRING(0 0,{x} {y},1 1)",
            "POLYGON": "POLYGON((0 0,10 0,10 10,0 10,0 0),(5 5,7 5,7 7,5 7,5 5))",
            "MULTIPOINT": f"MULTIPOINT(0 0,{x} {y})",
            "GEOMETRYCOLLECTION": f"GEOMETRYCOLLECTION(POINT({x} {y}),LINESTRING(0 0,1 1))",
        }
        shape = shapes.get(kind) or random.choice(list(shapes.values()))
        return f"ST_GeomFromText('{shape}')"

    return make


_ENUM = ["small", "it''s", "größer", "世界", ""]


def _set(random):
    members = ["a", "b", "c d", "ü"] + [f"m{i}" for i in range(20)]
    return quote(",".join(member for member in members if random.random() < 0.3))


def _column_types():
    for name, bits in (("tinyint", 8), ("smallint", 16), ("mediumint", 24), ("int", 32), ("bigint", 64)):
        yield ColumnType(name, _integer(bits, True))
        yield ColumnType(name + " unsigned", _integer(bits, False))
    yield ColumnType("float", _float)
    yield ColumnType("double", _double)
    for digits, scale in ((1, 0), (10, 0), (10, 3), (30, 30), (65, 30), (65, 0)):
        yield ColumnType(f"decimal({digits},{scale})", _decimal(digits, scale))
    yield ColumnType("decimal(20,9) unsigned", _decimal(20, 9, False))
    for width in (1, 7, 8, 33, 64):
        yield ColumnType(f"bit({width})", _bit(width))
    yield ColumnType("date", _date)
    yield ColumnType("year", lambda random: str(random.choice([1901, 2155, 2026, 0])))
    for digits in range(7):
        yield ColumnType(f"time({digits})", _time(digits))
        yield ColumnType(f"datetime({digits})", _moment(digits, 1000, 9999))
        yield ColumnType(f"timestamp({digits})", _moment(digits, 1971, 2037))
    for charset in SAMPLES:
        needs = "" if charset in ("utf8mb4", "latin1", "utf8") else "old_character_sets"
        if charset == "utf32":
            needs = "utf32"
        yield ColumnType(f"varchar(60) character set {charset}", _text(charset, 60), needs)
        yield ColumnType(f"char(20) character set {charset}", _text(charset, 20), needs)
    yield ColumnType("varchar(255) character set latin1", _text("latin1", 255))
    yield ColumnType("varchar(256) character set latin1", _text("latin1", 256))
    yield ColumnType("char(255) character set utf8mb4", _text("utf8mb4", 255))
    yield ColumnType("varchar(4000) character set utf8mb4", _text("utf8mb4", 4000))
    yield ColumnType("binary(16)", _octets(16, fixed=True))
    yield ColumnType("varbinary(300)", _octets(300))
    for size, longest in (("tiny", 15), ("", 3000), ("medium", 70000), ("long", 1000)):
        yield ColumnType(f"{size}text character set utf8mb4", _text("utf8mb4", longest))
        yield ColumnType(f"{size}text character set latin1", _text("latin1", longest))
        yield ColumnType(f"{size}blob", _octets(longest))
    yield ColumnType(
        "enum(" + ",".join(f"'{member}'" for member in _ENUM) + ") character set utf8mb4",
        lambda random: f"'{random.choice(_ENUM)}'",
    )
    yield ColumnType(
        "enum(" + ",".join(f"'e{i}'" for i in range(300)) + ")", lambda random: f"'e{random.randrange(300)}'"
    )
    yield ColumnType(
        "set('a','b','c d','ü'," + ",".join(f"'m{i}'" for i in range(20)) + ") character set utf8mb4", _set
    )
    for kind in ("GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "GEOMETRYCOLLECTION"):
        yield ColumnType(kind.lower(), _geometry(kind))
    yield ColumnType("json", _json, "json")
    yield ColumnType(
        "inet6", lambda random: random.choice(["'::1'", "'2001:db8::ff00:42'", "'::ffff:192.0.2.7'"]), "inet"
    )
    yield ColumnType(
        "uuid",
        lambda random: quote(f"{random.getrandbits(32):08x}-1111-4222-8333-{random.getrandbits(48):012x}"),
        "inet",
    )
    # In a comment that only MariaDB reads, so that a MySQL replica makes plain columns. Random octets stay as they are.
    for kind, make in (
        ("varchar(255){} character set latin1", _text("latin1", 255)),
        ("varchar(400){} character set utf8mb4", _text("utf8mb4", 400)),
        ("varbinary(300){}", _octets(300)),
        ("tinytext{} character set utf8mb4", _repeated(255)),
        ("blob{}", _octets(3000)),
        ("blob{}", _repeated(65535)),
        ("mediumtext{} character set utf8mb4", _text("utf8mb4", 70000)),
    ):
        yield ColumnType(kind.format(" /*M!100301 COMPRESSED*/"), make, COMPRESSED)


COLUMN_TYPES = tuple(_column_types())


def types_for(pair):
    return [kind for kind in COLUMN_TYPES if not kind.needs or pair.allows(kind.needs)]

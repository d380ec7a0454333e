"""Do two servers hold the same tables? Content exactly; definitions as far as two products can be compared."""

import re

import pymysql

SYSTEM = ("mysql", "information_schema", "performance_schema", "sys")


def databases(server):
    return sorted(row[0] for row in server.sql("SHOW DATABASES") if row[0] not in SYSTEM)


def tables(server, database):
    return sorted(
        row[0]
        for row in server.sql(
            "SELECT table_name FROM information_schema.tables "
            f"WHERE table_schema = {literal(database)} AND table_type = 'BASE TABLE'"
        )
    )


def columns(server, database, table):
    """(name, type, nullable, character set) of each column, without what products only spell differently."""
    rows = server.sql(
        "SELECT column_name, column_type, is_nullable, character_set_name FROM information_schema.columns "
        f"WHERE table_schema = {literal(database)} AND table_name = {literal(table)} ORDER BY ordinal_position"
    )
    return [(name, _plain_type(kind), nullable, _plain_charset(charset)) for name, kind, nullable, charset in rows]


def _plain_type(text):
    text = text.decode() if isinstance(text, bytes) else text
    text = text.replace(" /*M!100301 COMPRESSED*/", "")
    text = re.sub(r"\b(tinyint|smallint|mediumint|int|bigint|year)\(\d+\)", r"\1", text)
    return text.replace("geomcollection", "geometrycollection")


def _plain_charset(text):
    return "utf8mb3" if text == "utf8" else text


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def content(server, database, table):
    """All rows as tuples of the bytes the server sends for each value (None for NULL), sorted."""
    with server.connect(use_unicode=False, conv={}, cursorclass=pymysql.cursors.SSCursor) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET time_zone = '+00:00'")
            cursor.execute("SET NAMES binary")
            cursor.execute(f"SELECT * FROM {quoted(database)}.{quoted(table)}")
            return sorted(cursor.fetchall(), key=_order)


def _order(row):
    return tuple((value is not None, value or b"") for value in row)


def differences(source, replica, only=None):
    """Readable lines, one a difference; empty when all (or only these) databases are equal."""
    names = only if only is not None else databases(source)
    found = []
    if only is None and databases(replica) != names:
        found.append(f"databases: {source.name} has {names}, {replica.name} has {databases(replica)}")
    for database in names:
        ours, theirs = tables(source, database), tables(replica, database)
        if ours != theirs:
            found.append(
                f"{database}: only in {source.name}: {sorted(set(ours) - set(theirs))}, "
                f"only in {replica.name}: {sorted(set(theirs) - set(ours))}"
            )
        for table in sorted(set(ours) & set(theirs)):
            found += _table_differences(source, replica, database, table)
    return found


def _table_differences(source, replica, database, table):
    found = []
    ours, theirs = columns(source, database, table), columns(replica, database, table)
    if ours != theirs:
        pairs = [(one, other) for one, other in zip(ours, theirs) if one != other]
        found.append(f"{database}.{table}: columns differ: {pairs or (len(ours), len(theirs))}")
    rows, copies = content(source, database, table), content(replica, database, table)
    if rows == copies:
        return found
    missing, extra = _minus(rows, copies), _minus(copies, rows)
    found.append(
        f"{database}.{table}: {len(rows)} rows in {source.name}, {len(copies)} in {replica.name}; "
        f"{len(missing)} missing, {len(extra)} extra"
    )
    names = [column[0] for column in ours]
    for title, some in (("missing", missing), ("extra", extra)):
        found += [f"  {title}: {_shown(names, row)}" for row in some[:3]]
    if len(missing) == len(extra) == 1:
        changed = [names[i] for i, (one, other) in enumerate(zip(missing[0], extra[0])) if one != other]
        found.append(f"  differs in: {changed}")
    return found


def _minus(some, others):
    """Rows of a sorted list that another does not have, counting repeated ones."""
    left = {}
    for row in others:
        left[row] = left.get(row, 0) + 1
    missing = []
    for row in some:
        if left.get(row, 0):
            left[row] -= 1
        else:
            missing.append(row)
    return missing


def _shown(names, row):
    return ", ".join(f"{name}={_short(value)}" for name, value in zip(names, row))


def _short(value):
    if value is None:
        return "NULL"
    value = bytes(value)
    return repr(value) if len(value) <= 40 else f"{value[:24]!r}... ({len(value)} bytes)"


def assert_equal(source, replica, only=None):
    found = differences(source, replica, only)
    assert not found, f"{replica.name} differs from {source.name}:\n" + "\n".join(found[:60])

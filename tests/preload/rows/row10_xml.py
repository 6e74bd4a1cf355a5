"""Usage: row10_xml.py OURS LIBC: two outputs of malloc_info().

Ours has no element or attribute that glibc's has not, and all that glibc's always has; and its sums fit the
program that wrote it (row10_figures info): 5,000,000 bytes of small blocks, 50 large ones of 1,000,000.
"""
import sys
import xml.etree.ElementTree as tree


def names(element, path=""):
    path += "/" + element.tag
    yield path
    for attribute in element.attrib:
        # "type" tells elements of one name apart.
        yield f"{path}[{element.get('type', '')}]@{attribute}"
    for child in element:
        yield from names(child, path)


def value(root, path, attribute="size"):
    return int(root.find(path).get(attribute))


ours, libc = (tree.parse(name).getroot() for name in sys.argv[1:])
optional = {name for name in names(libc) if "/sizes/" in name or "@" in name and "aspace[subheaps]" in name}
missing = set(names(libc)) - set(names(ours)) - optional
# glibc's have them where it has free pieces in its bins, which depends on what was freed.
sizes = "/malloc/heap/sizes/size"
known = set(names(libc)) | {sizes} | {f"{sizes}[]@{name}" for name in ("from", "to", "total", "count")}
strange = set(names(ours)) - known
assert not missing, f"missing: {missing}"
assert not strange, f"strange: {strange}"
assert ours.get("version") == libc.get("version") == "1"

rows = ours.findall("./heap/sizes/size")
assert rows, "no free block of any size"
assert all(int(row.get("total")) == int(row.get("to")) * int(row.get("count")) for row in rows)
assert sum(int(row.get("count")) for row in rows) == value(ours, "./total[@type='rest']", "count")
assert value(ours, "./total[@type='mmap']", "count") == 50
assert 50_000_000 <= value(ours, "./total[@type='mmap']") <= 50 * (1_000_000 + 65536)
held = value(ours, "./system[@type='current']")
free = value(ours, "./total[@type='rest']") + value(ours, "./total[@type='fast']")
assert 5_000_000 <= held - free - (50_000_000 if held > 50_000_000 else 0) <= 9_000_000, (held, free)
assert value(ours, "./system[@type='max']") >= held
assert value(ours, "./aspace[@type='total']") >= held

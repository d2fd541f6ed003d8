"""Carries columns between Sonde and the libraries of Apache Arrow and HDF5: Sonde runs it beside itself.

    columns.py read  parquet|arrow|hdf5 FILE [KEY…]    columns on standard output, what they are on standard error
    columns.py write parquet|arrow|hdf5                columns on standard input, the file on standard output

Columns are blocks behind one another: one byte a row that says whether a cell is missing (if any is), then the cells.
Numbers and times (nanoseconds since 1970) take 8 bytes, truth values 1, codes of categories 4; texts are the places at which
they end, 8 bytes each behind a zero, and then their bytes. A line of JSON says what the columns are.
"""
import json
import sys

LARGEST = 2 ** 53


class Refused(Exception):
    """Words for a person."""


def block(stream, kind, values, missing, numpy):
    """Writes one column; `values` fits the kind, `missing` is None or an array of truth values."""
    if missing is not None:
        stream.write(missing.astype(numpy.uint8).tobytes())
    types = {"number": "<f8", "time": "<i8", "bool": "u1", "category": "<i4"}
    if kind == "text":
        offsets, data = values
        stream.write(offsets.astype("<i8").tobytes())
        stream.write(data)
    else:
        stream.write(numpy.ascontiguousarray(values).astype(types[kind]).tobytes())


def texts(items, numpy):
    parts = [item.encode("utf-8", "replace") for item in items]
    offsets = numpy.zeros(len(parts) + 1, dtype="<i8")
    numpy.cumsum([len(part) for part in parts], out=offsets[1:])
    return offsets, b"".join(parts)


class Sink:
    def __init__(self, stream, numpy):
        self.stream, self.numpy = stream, numpy
        self.columns, self.left_out, self.rounded, self.rows = [], [], [], None

    def add(self, name, kind, values, missing=None, levels=None, exact=False):
        """`exact`: a text stays one, however few differ."""
        rows = len(values[0]) - 1 if kind == "text" else len(values)
        if self.rows is None:
            self.rows = rows
        if missing is not None and not missing.any():
            missing = None
        block(self.stream, kind, values, missing, self.numpy)
        self.columns.append({"name": self.unique(name), "kind": kind, "nulls": missing is not None,
                             "levels": levels or [], "exact": exact})

    def unique(self, name):
        known = {column["name"] for column in self.columns}
        number, found = 2, name
        while found in known:
            found, number = f"{name}_{number}", number + 1
        return found

    def finish(self):
        self.stream.flush()
        print(json.dumps({"rows": self.rows or 0, "columns": self.columns, "left_out": self.left_out,
                          "rounded": self.rounded}), file=sys.stderr)


# Apache Arrow

def arrow_column(sink, name, column, arrow, compute, exact=False):
    numpy, types = sink.numpy, arrow.types
    kind = column.type
    if types.is_dictionary(kind) and (types.is_string(kind.value_type) or types.is_large_string(kind.value_type)):
        whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(whole, arrow.ChunkedArray):
            whole = whole.unify_dictionaries().combine_chunks()
        codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return sink.add(name, "category", codes, codes < 0, whole.dictionary.to_pylist())
    if types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    missing = compute.is_null(column).to_numpy()
    if types.is_boolean(kind):
        return sink.add(name, "bool", compute.fill_null(column, False).to_numpy(), missing)
    if types.is_timestamp(kind) or types.is_date(kind):
        times = column.cast(arrow.timestamp("ns", tz=getattr(kind, "tz", None)), safe=True)
        return sink.add(name, "time", compute.fill_null(times.cast(arrow.int64()), 0).to_numpy(), missing)
    if types.is_duration(kind) or types.is_time(kind):
        column = column.cast(arrow.int64() if kind.bit_width == 64 else arrow.int32())
        kind = column.type
    if types.is_decimal(kind):
        column, kind = column.cast(arrow.float64()), arrow.float64()
    if types.is_integer(kind) or types.is_floating(kind):
        if types.is_integer(kind) and kind.bit_width == 64 and len(column):
            low, high = (compute.min_max(column)[end].as_py() or 0 for end in ("min", "max"))
            if low < -LARGEST or high > LARGEST:
                sink.rounded.append(name)
        values = column.to_numpy().astype("<f8") if column.null_count == 0 else \
            compute.fill_null(column.cast(arrow.float64(), safe=False), float("nan")).to_numpy()
        return sink.add(name, "number", values, missing | numpy.isnan(values))
    if types.is_string(kind) or types.is_large_string(kind):
        whole = compute.fill_null(column.cast(arrow.large_string()), "").combine_chunks()
        parts = whole.chunks if isinstance(whole, arrow.ChunkedArray) else [whole]
        items = parts[0] if len(parts) == 1 else arrow.concat_arrays(parts) if parts else arrow.array([], arrow.large_string())
        offsets = numpy.frombuffer(items.buffers()[1], "<i8", len(items) + 1, items.offset * 8) \
            if len(items) else numpy.zeros(1, "<i8")
        data = items.buffers()[2].to_pybytes()[int(offsets[0]):int(offsets[-1])] if len(items) and items.buffers()[2] else b""
        return sink.add(name, "text", (offsets - offsets[0], data), missing, exact=exact)
    if types.is_struct(kind):
        whole = column.combine_chunks()
        for field, part in zip(kind, whole.flatten() if hasattr(whole, "flatten") else []):
            arrow_column(sink, f"{name}.{field.name}", arrow.chunked_array([part]), arrow, compute)
        return None
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = kind.value_type
        widths = set(compute.list_value_length(column).drop_null().to_pylist()) if len(column) else set()
        if len(widths) == 1 and (types.is_integer(inner) or types.is_floating(inner)) and max(widths) <= 100_000:
            width = widths.pop()
            flat = compute.list_flatten(column).cast(arrow.float64()).to_numpy()
            values = numpy.full((len(column), width), numpy.nan)
            values[~missing] = flat.reshape(-1, width)
            for place in range(width):
                sink.add(f"{name}{place}", "number", values[:, place], numpy.isnan(values[:, place]))
            return None
        items = ["" if item is None else json.dumps(item, default=str) for item in column.to_pylist()]
        return sink.add(name, "text", texts(items, numpy), missing)
    sink.left_out.append(f"{name} ({kind})")
    return None


def is_exact(field):
    return (field.metadata or {}).get(b"sonde_kind") == b"text"


def read_arrow(path, form, sink):
    import pyarrow as arrow
    import pyarrow.compute as compute
    if form == "parquet":
        import pyarrow.parquet as parquet
        file = parquet.ParquetFile(path, memory_map=True)
        for place, name in enumerate(file.schema_arrow.names):
            column = file.read(columns=[name]).column(0) if file.schema_arrow.names.count(name) == 1 else None
            if column is None:
                sink.left_out.append(f"{name} (twice)")
                continue
            arrow_column(sink, name, column, arrow, compute, is_exact(file.schema_arrow.field(name)))
        sink.rows = file.metadata.num_rows
        return
    mapped = arrow.memory_map(path)
    try:
        table = arrow.ipc.open_file(mapped).read_all()
    except arrow.ArrowInvalid:
        mapped.seek(0)
        try:
            table = arrow.ipc.open_stream(mapped).read_all()
        except arrow.ArrowInvalid:
            import pyarrow.feather as feather
            table = feather.read_table(path)
    for name, field, column in zip(table.column_names, table.schema, table.columns):
        arrow_column(sink, name, column, arrow, compute, is_exact(field))
    sink.rows = table.num_rows


def write_arrow(form, source, target):
    import numpy
    import pyarrow as arrow
    header = json.loads(source.readline())
    rows = header["rows"]
    arrays, fields = [], []
    for column in header["columns"]:
        missing = numpy.frombuffer(source.read(rows), "u1").astype(bool) if column["nulls"] else None
        kind = column["kind"]
        if kind == "text":
            ends = numpy.frombuffer(source.read(8 * (rows + 1)), "<i8")
            data = source.read(int(ends[-1]))
            items = [data[ends[row]:ends[row + 1]].decode("utf-8", "replace") for row in range(rows)]
            values = arrow.array(items, arrow.string(), mask=missing)
        elif kind == "category":
            codes = numpy.frombuffer(source.read(4 * rows), "<i4")
            gone = codes < 0
            values = arrow.DictionaryArray.from_arrays(
                arrow.array(numpy.where(gone, 0, codes), arrow.int32(), mask=gone),
                arrow.array(column["levels"], arrow.string()))
        else:
            size, form_of = {"number": (8, "<f8"), "time": (8, "<i8"), "bool": (1, "u1")}[kind]
            cells = numpy.frombuffer(source.read(size * rows), form_of)
            wanted = {"number": arrow.float64(), "time": arrow.timestamp("ns", tz="UTC"), "bool": arrow.bool_()}[kind]
            cells = cells.astype(bool) if kind == "bool" else cells
            values = arrow.array(cells if kind != "time" else cells.astype("datetime64[ns]"), wanted, mask=missing)
        arrays.append(values)
        marks = {"sonde_kind": "text"} if kind == "text" else None
        fields.append(arrow.field(column["name"], values.type, metadata=marks))
    table = arrow.table(arrays, schema=arrow.schema(fields))
    if form == "hdf5":
        return write_hdf5(table, target)
    sink = arrow.BufferOutputStream()
    if form == "parquet":
        import pyarrow.parquet as parquet
        parquet.write_table(table, sink)
    else:
        with arrow.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    target.write(sink.getvalue())
    target.flush()


# HDF5

# What tables hold and arrays do not stands in attributes: `units` and `_FillValue` as the CF conventions have them, so that other
# programs know times and missing cells, and `sonde_kind` and `sonde_name` for the rest.

EPOCH = "nanoseconds since 1970-01-01T00:00:00Z"
NO_TIME = -2 ** 63
NO_TRUTH = -1
STEPS = {"nanosecond": 1, "microsecond": 10 ** 3, "millisecond": 10 ** 6, "second": 10 ** 9, "minute": 60 * 10 ** 9,
         "hour": 3600 * 10 ** 9, "day": 86400 * 10 ** 9}
LARGEST_READ = 1 << 29


def plain(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def hdf5_sets(group, h5py, prefix="", seen=None):
    """The arrays below a group as (path, array), in the order in which they were made if the file knows it. Links into other
    files are not followed."""
    seen = set() if seen is None else seen
    mark = h5py.h5o.get_info(group.id).addr
    if mark in seen:
        return []
    seen.add(mark)
    found = []
    for name in in_order(group, h5py):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        item = group[name]
        if isinstance(item, h5py.Group):
            found += hdf5_sets(item, h5py, f"{prefix}{name}/", seen)
        elif isinstance(item, h5py.Dataset):
            found.append((prefix + name, item))
    return found


def in_order(group, h5py):
    plan = group.id.get_create_plist()
    if not plan.get_link_creation_order() & h5py.h5p.CRT_ORDER_TRACKED:
        return list(group)
    names = []
    group.id.links.iterate(lambda name: names.append(plain(name)), idx_type=h5py.h5.INDEX_CRT_ORDER)
    return names


def without(items):
    """A text that is none of the items."""
    number, fill = 0, "NA"
    while fill in items:
        number, fill = number + 1, f"NA{number + 1}"
    return fill


def write_hdf5(table, target):
    import io
    import h5py
    import numpy
    room = io.BytesIO()
    with h5py.File(room, "w", track_order=True) as file:
        for place, (name, column) in enumerate(zip(table.column_names, table.columns)):
            kind, marks = str(column.type), {}
            if kind == "double":
                values = column.to_numpy()
            elif kind == "bool":
                values = column.to_numpy(zero_copy_only=False) if column.null_count == 0 else \
                    numpy.array([NO_TRUTH if item is None else int(item) for item in column.to_pylist()], dtype="i1")
                if column.null_count:
                    marks = {"sonde_kind": "bool", "_FillValue": numpy.int8(NO_TRUTH)}
            elif kind.startswith("timestamp"):
                values = column.cast("int64").fill_null(NO_TIME).to_numpy()
                marks = {"units": EPOCH}
                if column.null_count:
                    marks["_FillValue"] = numpy.int64(NO_TIME)
            else:
                items = column.cast("string").to_pylist()
                if any(item is not None and "\0" in item for item in items):
                    raise Refused(f"texts of `{name}` hold zero bytes, which HDF5 cannot; write Parquet or Arrow")
                if column.null_count:
                    fill = without(set(items))
                    items = [fill if item is None else item for item in items]
                    marks["_FillValue"] = fill
                marks["sonde_kind"] = "category" if kind.startswith("dictionary") else "text"
                values = numpy.array(items, dtype=h5py.string_dtype())
            path = name.replace("/", "_").replace("\0", "_")
            if not path.strip(".") or path in file:
                path = f"column {place}"
            if path != name:
                marks["sonde_name"] = name.replace("\0", "_")
            item = file.create_dataset(path, data=values, track_times=False)
            for key, value in marks.items():
                item.attrs[key] = value
    target.write(room.getvalue())
    target.flush()


def hdf5_parts(name, item):
    """A dataset as (name, array) pairs with a row a first index."""
    import numpy
    values = item[()] if item.shape else None
    if values is None:
        return []
    if item.dtype.names:
        return [part for field in item.dtype.names for part in split(f"{name}.{field}", values[field], numpy)]
    return split(name, values, numpy)


def split(name, values, numpy):
    if values.ndim == 1:
        return [(name, values)]
    flat = values.reshape(len(values), -1) if len(values) else numpy.zeros((0, 0))
    if flat.shape[1] == 1:
        return [(name, flat[:, 0])]
    return [(f"{name}{place}", flat[:, place]) for place in range(flat.shape[1])]


def step_since(units, numpy):
    """Nanoseconds of a step, and of the moment from which it counts, of `seconds since 2026-01-01`; None for other units."""
    words = str(units).split(" since ") if isinstance(units, (str, bytes)) else []
    if len(words) != 2 or words[0].strip().rstrip("s") not in STEPS:
        return None
    try:
        start = numpy.datetime64(words[1].replace("UTC", "").strip().rstrip("Z").strip().replace(" ", "T"), "ns")
    except ValueError:
        return None
    return STEPS[words[0].strip().rstrip("s")], int(start.astype("int64"))


def attributes(item):
    """The attributes that say something about cells; damaged ones do not."""
    found = {}
    for key in ("units", "_FillValue", "sonde_kind", "sonde_name"):
        try:
            value = item.attrs.get(key)
        except (OSError, ValueError, TypeError, RuntimeError):
            continue
        if getattr(value, "shape", None):
            value = value.ravel()[0] if value.size == 1 else None
        if value is not None:
            found[key] = plain(value)
    return found


def add_array(sink, name, values, marks, enumerated=None):
    numpy = sink.numpy
    fill = marks.get("_FillValue")
    if values.dtype.kind == "b":
        return sink.add(name, "bool", values)
    if values.dtype.kind in "iu" and enumerated:
        names = list(enumerated)
        places = {number: place for place, number in enumerate(enumerated.values())}
        codes = numpy.array([places.get(int(value), -1) for value in values], "<i4")
        return sink.add(name, "category", codes, codes < 0, names)
    if values.dtype.kind in "iuf":
        missing = numpy.isnan(values) if values.dtype.kind == "f" else numpy.zeros(len(values), bool)
        if isinstance(fill, (int, float, numpy.number)) and fill == fill:
            missing |= values == fill
        times = step_since(marks.get("units"), numpy)
        if times:
            step, start = times
            clean = numpy.where(missing, 0, values)
            with numpy.errstate(over="ignore", invalid="ignore"):
                whole = clean.astype("<i8") * step if values.dtype.kind in "iu" else numpy.rint(clean * step)
            return sink.add(name, "time", whole.astype("<i8") + start, missing)
        if marks.get("sonde_kind") == "bool":
            return sink.add(name, "bool", values == 1, missing)
        known = values[~missing]
        if values.dtype.kind in "iu" and values.dtype.itemsize == 8 and len(known) \
                and max(abs(int(known.min())), abs(int(known.max()))) > LARGEST:
            sink.rounded.append(name)
        numbers = values.astype("<f8")
        numbers[missing] = numpy.nan
        return sink.add(name, "number", numbers, missing)
    if values.dtype.kind in "SUO":
        items = [plain(item) if isinstance(item, (bytes, str)) else str(item) for item in values.tolist()]
        missing = numpy.array([item == fill for item in items], bool) if isinstance(fill, str) else None
        if marks.get("sonde_kind") != "category":
            exact = marks.get("sonde_kind") == "text"
            return sink.add(name, "text", texts(items, numpy), missing, exact=exact)
        levels = list(dict.fromkeys(item for item in items if item != fill))
        places = {level: place for place, level in enumerate(levels)}
        codes = numpy.array([places.get(item, -1) for item in items], "<i4")
        return sink.add(name, "category", codes, codes < 0, levels)
    sink.left_out.append(f"{name} ({values.dtype})")
    return None


def strings_of(item):
    """The names that an array of a frame of pandas holds."""
    return [str(plain(value)) for value in item[()].tolist()] if item.dtype.kind in "SO" and item.ndim == 1 else None


def pickled_names(attribute):
    """The texts in a list that was pickled. Nothing is run: only the words of the stream are looked at."""
    import pickletools
    raw = attribute if isinstance(attribute, bytes) else str(attribute).encode("utf-8", "surrogateescape")
    return [argument for code, argument, _ in pickletools.genops(raw)
            if code.name in ("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "STRING") and isinstance(argument, str)]


def frames_of(file, h5py):
    """The groups in which pandas keeps a frame, in either of its two layouts."""
    found = []
    for name in file:
        if not isinstance(file.get(name, getlink=True), h5py.HardLink):
            continue
        group = file[name]
        if isinstance(group, h5py.Group) and plain(group.attrs.get("pandas_type")) in ("frame", "frame_table"):
            found.append((name, group))
    return found


def read_frame(name, group, keys, sink, h5py):
    """The columns of a frame, in their order, with the index in front unless it only counts the rows."""
    numpy = sink.numpy
    cells, order = {}, None
    if plain(group.attrs["pandas_type"]) == "frame":
        order = strings_of(group["axis0"])
        index, kind = group["axis1"], plain(group["axis1"].attrs.get("kind", ""))
        for place in range(int(group.attrs.get("nblocks", 0))):
            names = strings_of(group[f"block{place}_items"])
            values = group[f"block{place}_values"]
            if names is None or values.ndim != 2 or values.shape[1] != len(names):
                sink.left_out.append(f"{name}/block{place} ({', '.join(names or [])}: texts that only Python can read)")
                continue
            for column, label in enumerate(names):
                cells[label] = (values, column, plain(values.attrs.get("value_type", "")))
    else:
        table = group["table"]
        order = []
        index, kind = table["index"], plain(table.attrs.get("index_kind", ""))
        for field in table.dtype.names:
            if field == "index":
                continue
            names = pickled_names(table.attrs.get(f"{field}_kind", b""))
            inner = table.dtype[field]
            if not inner.shape:
                names = [field]
            if len(names) != (inner.shape or (1,))[0]:
                sink.left_out.append(f"{name}/{field}")
                continue
            values = table[field]
            for column, label in enumerate(names):
                cells[label] = (values, column if inner.shape else None, "")
                order.append(label)
    rows = len(index)
    for key in keys:
        if key not in cells:
            raise Refused(f"there is no column `{key}`; there are " + ", ".join(f"`{label}`" for label in list(cells)[:8]))
    counts = numpy.arange(rows)
    if not keys and not (index.dtype.kind in "iu" and numpy.array_equal(index[()], counts)):
        stamps = {"units": EPOCH} if kind.startswith("datetime") else {}
        add_array(sink, "index", index[()], stamps)
    block, first, part = None, 0, None
    for label in order if order is not None else cells:
        if label not in cells or keys and label not in keys:
            continue
        values, column, kind = cells[label]
        if column is None:
            add_array(sink, label, values[()], {})
            continue
        # Neighbours of a block stand in the same bytes of the file: they are read together.
        width = max(1, LARGEST_READ // max(1, rows * values.dtype.itemsize))
        if block is not values or not first <= column < first + width:
            block, first = values, column // width * width
            part = values[:, first:first + width]
        stamps = {"units": EPOCH, "_FillValue": NO_TIME} if kind.startswith("datetime") else {}
        add_array(sink, label, numpy.ascontiguousarray(part[:, column - first]), stamps)
    sink.rows = rows


def read_hdf5(path, keys, sink):
    import h5py
    numpy = sink.numpy
    with h5py.File(path, "r") as file:
        frames = frames_of(file, h5py)
        if len(frames) == 1 and not any("/" in key for key in keys):
            return read_frame(*frames[0], keys, sink, h5py)
        sets = hdf5_sets(file, h5py)
        known = [name for name, _ in sets]
        for key in keys:
            if key not in known:
                raise Refused(f"there is no array `{key}`; there are " + ", ".join(f"`{name}`" for name in known[:8]))
        chosen = [(name, item) for name, item in sets if not keys or name in keys]
        shaped = [(name, item) for name, item in chosen if item.shape]
        rows = max((item.shape[0] for _, item in shaped), default=0)
        for name, item in chosen:
            if not item.shape or item.shape[0] != rows:
                sink.left_out.append(f"{name} ({' × '.join(map(str, item.shape)) or 'a single value'})")
                continue
            if item.external or item.is_virtual:
                sink.left_out.append(f"{name} (its cells are in other files)")
                continue
            if item.dtype.names is None and numpy.prod(item.shape[1:]) > 100_000:
                sink.left_out.append(f"{name} (more than 100,000 columns)")
                continue
            marks = attributes(item)
            enumerated = h5py.check_enum_dtype(item.dtype)
            title = str(marks.get("sonde_name", name))
            for part, values in hdf5_parts(title, item):
                add_array(sink, part, values, marks, enumerated)
        sink.rows = rows


def bound():
    """A damaged file must not take more memory than the machine has."""
    import os
    import resource
    try:
        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ValueError, OSError):
        pass


def main(arguments):
    bound()
    try:
        import numpy
        if arguments[:1] == ["write"]:
            return write_arrow(arguments[1], sys.stdin.buffer, sys.stdout.buffer)
        _, form, path, *keys = arguments
        sink = Sink(sys.stdout.buffer, numpy)
        if form == "hdf5":
            read_hdf5(path, keys, sink)
        else:
            read_arrow(path, form, sink)
        return sink.finish()
    except ModuleNotFoundError as error:
        print(json.dumps({"missing": error.name}), file=sys.stderr)
    except Refused as error:
        print(json.dumps({"refused": str(error)}), file=sys.stderr)
    except MemoryError:
        print(json.dumps({"damaged": "it needs more memory than this machine has"}), file=sys.stderr)
    except Exception as error:
        print(json.dumps({"damaged": " ".join(str(error).split())[:300] or type(error).__name__}), file=sys.stderr)
    return 1


sys.exit(main(sys.argv[1:]))

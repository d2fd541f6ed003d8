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

    def add(self, name, kind, values, missing=None, levels=None):
        rows = len(values[0]) - 1 if kind == "text" else len(values)
        if self.rows is None:
            self.rows = rows
        if missing is not None and not missing.any():
            missing = None
        block(self.stream, kind, values, missing, self.numpy)
        self.columns.append({"name": self.unique(name), "kind": kind, "nulls": missing is not None,
                             "levels": levels or []})

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

def arrow_column(sink, name, column, arrow, compute):
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
        return sink.add(name, "text", (offsets - offsets[0], data), missing)
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
            arrow_column(sink, name, column, arrow, compute)
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
    for name, column in zip(table.column_names, table.columns):
        arrow_column(sink, name, column, arrow, compute)
    sink.rows = table.num_rows


def write_arrow(form, source, target):
    import numpy
    import pyarrow as arrow
    header = json.loads(source.readline())
    rows = header["rows"]
    arrays, names = [], []
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
        names.append(column["name"])
    table = arrow.table(arrays, names=names)
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

def hdf5_sets(file, h5py):
    found = []
    file.visititems(lambda name, item: found.append((name, item)) if isinstance(item, h5py.Dataset) else None)
    return found


def write_hdf5(table, target):
    import io
    import h5py
    import numpy
    room = io.BytesIO()
    with h5py.File(room, "w", track_order=True) as file:
        for name, column in zip(table.column_names, table.columns):
            kind = str(column.type)
            if kind == "double":
                values = column.to_numpy()
            elif kind == "bool":
                values = column.to_numpy() if column.null_count == 0 else column.cast("double").to_numpy()
            elif kind.startswith("timestamp"):
                moments = column.cast("timestamp[ns]").cast("string").to_pylist()
                values = numpy.array(["" if item is None else item.replace(" ", "T").rstrip("0").rstrip(".")
                                      for item in moments], dtype=h5py.string_dtype())
            else:
                values = numpy.array(["" if item is None else item for item in column.cast("string").to_pylist()],
                                     dtype=h5py.string_dtype())
            file.create_dataset(name.replace("/", "_") or "_", data=values, track_times=False)
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


def read_hdf5(path, keys, sink):
    import h5py
    numpy = sink.numpy
    with h5py.File(path, "r") as file:
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
            if item.dtype.names is None and numpy.prod(item.shape[1:]) > 100_000:
                sink.left_out.append(f"{name} (more than 100,000 columns)")
                continue
            for part, values in hdf5_parts(name, item):
                if values.dtype.kind == "b":
                    sink.add(part, "bool", values)
                elif values.dtype.kind in "iuf":
                    if values.dtype.kind in "iu" and values.dtype.itemsize == 8 and len(values) \
                            and max(abs(int(values.min())), abs(int(values.max()))) > LARGEST:
                        sink.rounded.append(part)
                    numbers = values.astype("<f8")
                    sink.add(part, "number", numbers, numpy.isnan(numbers))
                elif values.dtype.kind in "SUO":
                    items = [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
                             for item in values.tolist()]
                    sink.add(part, "text", texts(items, numpy))
                else:
                    sink.left_out.append(f"{part} ({values.dtype})")
        sink.rows = rows


def main(arguments):
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
    except Exception as error:
        print(json.dumps({"damaged": " ".join(str(error).split())[:300] or type(error).__name__}), file=sys.stderr)
    return 1


sys.exit(main(sys.argv[1:]))

/// Opens a database whose bytes come from a callback: nothing is written, locked or looked for beside it.
#pragma once
#include <sqlite3.h>
#include <stdint.h>

/// Copies `count` bytes from `offset` on to `target`; gives how many there were, or -1 if they cannot be read.
typedef int (*sonde_sqlite_reader)(void *context, void *target, int count, int64_t offset);
/// Something else than 0 stops what is running.
typedef int (*sonde_sqlite_watcher)(void *context);

typedef struct sonde_sqlite sonde_sqlite;

/// SQLITE_OK, or what is wrong. The handle must be closed in both cases, if it is there.
int sonde_sqlite_open(
    sonde_sqlite_reader read, sonde_sqlite_watcher watch, void *context, int64_t size, sonde_sqlite **handle);
void sonde_sqlite_close(sonde_sqlite *handle);
sqlite3 *sonde_sqlite_database(sonde_sqlite *handle);

/// Binds text, which is copied.
int sonde_sqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, int count);

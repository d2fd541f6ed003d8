#include "CSQLite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sonde_sqlite {
  sqlite3_vfs vfs;
  char name[40];
  sonde_sqlite_reader read;
  void *context;
  int64_t size;
  sqlite3 *database;
};

typedef struct {
  sqlite3_file base;
  sonde_sqlite *source;
} source_file;

enum { most_text = 1 << 26, steps_between_watches = 20000 };

static int close_file(sqlite3_file *file) { return SQLITE_OK; }

static int read_file(sqlite3_file *file, void *target, int count, sqlite3_int64 offset) {
  sonde_sqlite *source = ((source_file *)file)->source;
  int got = source->read(source->context, target, count, offset);
  if (got < 0) return SQLITE_IOERR_READ;
  if (got == count) return SQLITE_OK;
  memset((char *)target + got, 0, (size_t)(count - got));
  return SQLITE_IOERR_SHORT_READ;
}

static int refuse_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  return SQLITE_READONLY;
}
static int refuse_cut(sqlite3_file *file, sqlite3_int64 size) { return SQLITE_READONLY; }
static int sync_file(sqlite3_file *file, int flags) { return SQLITE_OK; }
static int size_of_file(sqlite3_file *file, sqlite3_int64 *size) {
  *size = ((source_file *)file)->source->size;
  return SQLITE_OK;
}
static int lock_file(sqlite3_file *file, int level) { return SQLITE_OK; }
static int is_reserved(sqlite3_file *file, int *result) {
  *result = 0;
  return SQLITE_OK;
}
static int control_file(sqlite3_file *file, int operation, void *argument) { return SQLITE_NOTFOUND; }
static int sector_size(sqlite3_file *file) { return 512; }
/// Immutable: nobody else writes, so that neither locks nor a write-ahead log are looked for.
static int characteristics(sqlite3_file *file) { return SQLITE_IOCAP_IMMUTABLE; }

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = refuse_write,
    .xTruncate = refuse_cut,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *granted) {
  file->pMethods = NULL;
  if (!(flags & SQLITE_OPEN_MAIN_DB)) return SQLITE_CANTOPEN;
  ((source_file *)file)->source = (sonde_sqlite *)vfs->pAppData;
  file->pMethods = &methods;
  if (granted) *granted = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  return SQLITE_OK;
}

static int refuse_delete(sqlite3_vfs *vfs, const char *name, int sync) { return SQLITE_IOERR_DELETE; }
static int access_nothing(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  *result = 0;
  return SQLITE_OK;
}
static int full_name(sqlite3_vfs *vfs, const char *name, int size, char *full) {
  sqlite3_snprintf(size, full, "%s", name);
  return SQLITE_OK;
}

/// Reading is all that a query may do; other files stay out of reach.
static int authorize(
    void *context, int action, const char *a, const char *b, const char *c, const char *d) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_PRAGMA:
      return a && !sqlite3_stricmp(a, "table_info") ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

int sonde_sqlite_open(
    sonde_sqlite_reader read, sonde_sqlite_watcher watch, void *context, int64_t size, sonde_sqlite **handle) {
  sonde_sqlite *source = calloc(1, sizeof *source);
  *handle = source;
  if (!source) return SQLITE_NOMEM;
  sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
  if (!usual) return SQLITE_ERROR;
  source->read = read;
  source->context = context;
  source->size = size;
  snprintf(source->name, sizeof source->name, "sonde-%p", (void *)source);
  // Names, chance and time are those of the system; files are ours.
  source->vfs = *usual;
  source->vfs.iVersion = 1;
  source->vfs.pNext = NULL;
  source->vfs.szOsFile = sizeof(source_file);
  source->vfs.zName = source->name;
  source->vfs.pAppData = source;
  source->vfs.xOpen = open_file;
  source->vfs.xDelete = refuse_delete;
  source->vfs.xAccess = access_nothing;
  source->vfs.xFullPathname = full_name;
  int code = sqlite3_vfs_register(&source->vfs, 0);
  if (code) {
    source->name[0] = 0;
    return code;
  }
  code = sqlite3_open_v2(
      "database", &source->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
      source->name);
  if (code) return code;
  sqlite3_limit(source->database, SQLITE_LIMIT_LENGTH, most_text);
  sqlite3_limit(source->database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(source->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(source->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_exec(source->database, "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON", NULL, NULL, NULL);
  sqlite3_progress_handler(source->database, steps_between_watches, watch, context);
  return sqlite3_set_authorizer(source->database, authorize, NULL);
}

void sonde_sqlite_close(sonde_sqlite *source) {
  if (!source) return;
  sqlite3_close(source->database);
  if (source->name[0]) sqlite3_vfs_unregister(&source->vfs);
  free(source);
}

sqlite3 *sonde_sqlite_database(sonde_sqlite *source) { return source->database; }

int sonde_sqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, int count) {
  return sqlite3_bind_text(statement, place, count ? text : "", count, SQLITE_TRANSIENT);
}

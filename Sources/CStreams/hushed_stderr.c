#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "hushed_stderr.h"

#include <string.h>

#ifdef __GLIBC__
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

typedef struct {
  int isActive;
  size_t count;
  char text[512];
} Kept;

static _Thread_local Kept kept;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static ssize_t take(void *cookie, const char *bytes, size_t count) {
  (void)cookie;
  if (!kept.isActive) return write(STDERR_FILENO, bytes, count);
  size_t rest = kept.count < sizeof kept.text ? sizeof kept.text - kept.count : 0;
  memcpy(kept.text + sizeof kept.text - rest, bytes, count < rest ? count : rest);
  kept.count += count;
  return (ssize_t)count;
}

static void replace(void) {
  cookie_io_functions_t calls = {.write = take};
  FILE *stream = fopencookie(NULL, "w", calls);
  if (stream == NULL) return;
  setvbuf(stream, NULL, _IONBF, 0);
  stderr = stream;
}

void sonde_hush_begin(void) {
  pthread_once(&once, replace);
  kept.count = 0;
  kept.isActive = 1;
}

size_t sonde_hush_end(char *text, size_t room) {
  size_t length = kept.count < sizeof kept.text ? kept.count : sizeof kept.text;
  kept.isActive = 0;
  if (room == 0) return kept.count;
  if (length >= room) length = room - 1;
  memcpy(text, kept.text, length);
  text[length] = 0;
  return kept.count;
}
#else
void sonde_hush_begin(void) {}

size_t sonde_hush_end(char *text, size_t room) {
  if (room > 0) text[0] = 0;
  return 0;
}
#endif

#pragma once
#include <stddef.h>
#include <stdint.h>

/// A line editor on the terminal. All texts are UTF-8.
typedef struct sonde_edit sonde_edit;

/// What Tab found. The editor frees both texts.
typedef struct {
  /// How many bytes in front of the cursor are replaced.
  int32_t replaced;
  /// What stands there instead; NULL leaves the line alone.
  char *inserted;
  /// What is printed below the line; NULL prints nothing.
  char *menu;
} sonde_completion;

typedef struct {
  void *context;
  /// Whether Enter starts another line.
  int (*is_incomplete)(void *context, const char *text);
  void (*complete)(void *context, const char *text, int32_t cursor, sonde_completion *result);
} sonde_edit_helpers;

typedef enum { sonde_edit_line, sonde_edit_interrupted, sonde_edit_end } sonde_edit_status;

/// Whether the locale reads UTF-8; tries others than the one that is set.
int sonde_edit_has_utf8(void);

sonde_edit *sonde_edit_new(const char *program, sonde_edit_helpers helpers);
void sonde_edit_free(sonde_edit *edit);

/// Asks for a line. Bytes between two `\1` in the prompt take no room.
///
/// @param text receives the line, or what was typed before Ctrl-C; to be freed.
sonde_edit_status sonde_edit_read(
    sonde_edit *edit, const char *prompt, const char *initial, int has_history, char **text);

void sonde_edit_remember(sonde_edit *edit, const char *text);

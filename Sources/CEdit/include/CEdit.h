#pragma once
#include <histedit.h>
#include <signal.h>

// What libedit offers only through functions with variable arguments, and keys that call back into Swift.

/// Keys that the editor hands to its owner.
enum edit_key {
  EDIT_ENTER,
  EDIT_COMPLETE,
  EDIT_PASTE,
  EDIT_EARLIER,
  EDIT_LATER,
  EDIT_SEARCH,
  EDIT_NEWLINE,
  EDIT_HOME,
  EDIT_END,
  EDIT_CLEAR,
};

struct edit_owner {
  void *context;
  /// Waits for a character: 1 with one, 0 at the end, -1 with errno set.
  int (*read)(void *context, EditLine *editor, wchar_t *character);
  /// Acts on a key; gives one of libedit's CC_ codes.
  unsigned char (*key)(void *context, EditLine *editor, enum edit_key key);
  /// The prompt, valid until the next call; text between two 1s takes no room.
  wchar_t *(*prompt)(void *context);
};

/// Starts an editor on standard input and output; NULL if the terminal is not known. The owner must outlive it.
EditLine *edit_open(struct edit_owner *owner);
void edit_close(EditLine *editor);
/// Draws prompt and text anew from the start of the current row, which must be empty.
void edit_draw(EditLine *editor);
/// Lends the terminal's modes to the editor, or gives them back.
void edit_take_terminal(EditLine *editor, int take);
/// Writes what is still buffered.
void edit_flush(void);

/// Remembers the terminal's modes and brings them back should the program die of its own fault.
void edit_guard_terminal(void);

/// Columns that a character takes; -1 if it cannot be shown.
int edit_width(wchar_t character);

/// Waits until standard input has something, letting the signals of `mask` wait; more than 0 if it has.
int edit_wait(const sigset_t *mask);

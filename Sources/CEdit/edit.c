#define _GNU_SOURCE
#include "CEdit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static struct edit_owner *owner_of(EditLine *editor) {
  void *owner = NULL;
  el_wget(editor, EL_CLIENTDATA, &owner);
  return owner;
}

static int read_character(EditLine *editor, wchar_t *character) {
  struct edit_owner *owner = owner_of(editor);
  return owner->read(owner->context, editor, character);
}

static wchar_t *prompt(EditLine *editor) {
  struct edit_owner *owner = owner_of(editor);
  return owner->prompt(owner->context);
}

#define KEY(name, key_code)                                        \
  static unsigned char name(EditLine *editor, wint_t character) {  \
    (void)character;                                               \
    struct edit_owner *owner = owner_of(editor);                   \
    return owner->key(owner->context, editor, key_code);           \
  }

KEY(press_enter, EDIT_ENTER)
KEY(press_complete, EDIT_COMPLETE)
KEY(press_paste, EDIT_PASTE)
KEY(press_earlier, EDIT_EARLIER)
KEY(press_later, EDIT_LATER)
KEY(press_search, EDIT_SEARCH)
KEY(press_newline, EDIT_NEWLINE)
KEY(press_home, EDIT_HOME)
KEY(press_end, EDIT_END)
KEY(press_clear, EDIT_CLEAR)

static void add(EditLine *editor, const wchar_t *name, unsigned char (*function)(EditLine *, wint_t)) {
  el_wset(editor, EL_ADDFN, name, L"see the manual", function);
}

static void bind_key(EditLine *editor, const wchar_t *key, const wchar_t *name) {
  el_wset(editor, EL_BIND, key, name, NULL);
}

EditLine *edit_open(struct edit_owner *owner) {
  EditLine *editor = el_init("sonde", stdin, stdout, stderr);
  if (!editor) return NULL;
  el_wset(editor, EL_CLIENTDATA, owner);
  el_wset(editor, EL_SIGNAL, 0);
  el_wset(editor, EL_EDITOR, L"emacs");
  el_wset(editor, EL_PROMPT_ESC, prompt, L'\1');
  el_wset(editor, EL_GETCFN, read_character);

  add(editor, L"sonde-enter", press_enter);
  add(editor, L"sonde-complete", press_complete);
  add(editor, L"sonde-paste", press_paste);
  add(editor, L"sonde-earlier", press_earlier);
  add(editor, L"sonde-later", press_later);
  add(editor, L"sonde-search", press_search);
  add(editor, L"sonde-newline", press_newline);
  add(editor, L"sonde-home", press_home);
  add(editor, L"sonde-end", press_end);
  add(editor, L"sonde-clear", press_clear);

  // The terminal turns Return into a line feed; a carriage return comes only from `sonde-enter` itself.
  bind_key(editor, L"\\n", L"sonde-enter");
  bind_key(editor, L"\\r", L"ed-newline");
  bind_key(editor, L"\\033\\n", L"sonde-newline");
  bind_key(editor, L"\\033\\r", L"sonde-newline");
  bind_key(editor, L"^I", L"sonde-complete");
  bind_key(editor, L"\\033[200~", L"sonde-paste");
  bind_key(editor, L"^P", L"sonde-earlier");
  bind_key(editor, L"^N", L"sonde-later");
  bind_key(editor, L"^R", L"sonde-search");
  bind_key(editor, L"^A", L"sonde-home");
  bind_key(editor, L"^E", L"sonde-end");
  bind_key(editor, L"^L", L"sonde-clear");
  bind_key(editor, L"^W", L"ed-delete-prev-word");
  bind_key(editor, L"^U", L"vi-kill-line-prev");
  // Arrows and the like come as `ESC [` or, in application mode, as `ESC O`.
  bind_key(editor, L"\\033[A", L"sonde-earlier");
  bind_key(editor, L"\\033OA", L"sonde-earlier");
  bind_key(editor, L"\\033[B", L"sonde-later");
  bind_key(editor, L"\\033OB", L"sonde-later");
  bind_key(editor, L"\\033[H", L"sonde-home");
  bind_key(editor, L"\\033OH", L"sonde-home");
  bind_key(editor, L"\\033[1~", L"sonde-home");
  bind_key(editor, L"\\033[F", L"sonde-end");
  bind_key(editor, L"\\033OF", L"sonde-end");
  bind_key(editor, L"\\033[4~", L"sonde-end");
  bind_key(editor, L"\\033[3~", L"ed-delete-next-char");
  bind_key(editor, L"\\033[1;5D", L"ed-prev-word");
  bind_key(editor, L"\\033[1;5C", L"em-next-word");
  bind_key(editor, L"\\033[1;3D", L"ed-prev-word");
  bind_key(editor, L"\\033[1;3C", L"em-next-word");
  // What the user's own file binds wins.
  el_source(editor, NULL);
  return editor;
}

void edit_close(EditLine *editor) { el_end(editor); }

void edit_draw(EditLine *editor) {
  el_wset(editor, EL_REFRESH);
  fflush(stdout);
}

void edit_take_terminal(EditLine *editor, int take) { el_wset(editor, EL_PREP_TERM, take); }

void edit_flush(void) { fflush(stdout); }

static struct termios modes_at_start;
static const char leaving[] = "\033[?2004l\033[0m\033[?25h\r\n";

static void restore_and_die(int number) {
  // Only functions that may be called from a signal handler.
  tcsetattr(STDIN_FILENO, TCSANOW, &modes_at_start);
  ssize_t written = write(STDOUT_FILENO, leaving, sizeof leaving - 1);
  (void)written;
  raise(number);
}

void edit_guard_terminal(void) {
  static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP};
  if (tcgetattr(STDIN_FILENO, &modes_at_start) != 0) return;
  struct sigaction action = {0};
  action.sa_handler = restore_and_die;
  // The second time the signal does what it always does.
  action.sa_flags = SA_RESETHAND;
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) sigaction(faults[i], &action, NULL);
}

int edit_width(wchar_t character) { return wcwidth(character); }

int edit_wait(const sigset_t *mask) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  return ppoll(&input, 1, NULL, mask);
}

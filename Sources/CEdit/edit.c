#define _GNU_SOURCE
#include "CEdit.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct sonde_edit {
  EditLine *el;
  HistoryW *history;
  sonde_edit_helpers helpers;
  wchar_t *prompt;
};

static const int history_size = 10000;

// UTF-8 and wide characters. wchar_t is UTF-32 on every system that Sonde knows.

static wchar_t *widened(const char *text) {
  size_t length = strlen(text);
  wchar_t *wide = calloc(length + 1, sizeof(wchar_t));
  if (!wide) return NULL;
  const unsigned char *bytes = (const unsigned char *)text;
  size_t count = 0;
  for (size_t i = 0; i < length;) {
    unsigned lead = bytes[i];
    int extra = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    uint32_t code = extra == 3 ? lead & 0x07 : extra == 2 ? lead & 0x0f : extra == 1 ? lead & 0x1f : lead;
    i++;
    while (extra-- > 0 && i < length && (bytes[i] & 0xc0) == 0x80) code = code << 6 | (bytes[i++] & 0x3f);
    wide[count++] = (wchar_t)code;
  }
  return wide;
}

static size_t put_utf8(char *out, uint32_t code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | (code >> 18 & 0x07));
  out[1] = (char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code >> 6 & 0x3f));
  out[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}

static char *narrowed(const wchar_t *wide, size_t count, size_t *bytes) {
  char *text = malloc(count * 4 + 1);
  if (!text) return NULL;
  size_t length = 0;
  for (size_t i = 0; i < count; i++) length += put_utf8(text + length, (uint32_t)wide[i]);
  text[length] = 0;
  if (bytes) *bytes = length;
  return text;
}

// What keys do.

static sonde_edit *self_of(EditLine *el) {
  void *self = NULL;
  el_get(el, EL_CLIENTDATA, &self);
  return self;
}

static wchar_t *prompt_of(EditLine *el) { return self_of(el)->prompt; }

static char *line_of(EditLine *el, size_t *cursor) {
  const LineInfoW *info = el_wline(el);
  char *text = narrowed(info->buffer, (size_t)(info->lastchar - info->buffer), NULL);
  if (text && cursor) {
    char *head = narrowed(info->buffer, (size_t)(info->cursor - info->buffer), cursor);
    free(head);
  }
  return text;
}

static unsigned char press_enter(EditLine *el, wint_t key) {
  (void)key;
  sonde_edit *self = self_of(el);
  char *text = line_of(el, NULL);
  int goes_on = text && self->helpers.is_incomplete && self->helpers.is_incomplete(self->helpers.context, text);
  free(text);
  if (goes_on) {
    // At the end, wherever the cursor stands: the rest of the text belongs to the same statement.
    const LineInfoW *info = el_wline(el);
    el_cursor(el, (int)(info->lastchar - info->cursor));
    return el_winsertstr(el, L"\n") == 0 ? CC_REFRESH : CC_ERROR;
  }
  // The terminal sends a line feed for Enter, so a carriage return can only come from here.
  el_wpush(el, L"\r");
  return CC_NORM;
}

static unsigned char insert_newline(EditLine *el, wint_t key) {
  (void)key;
  return el_winsertstr(el, L"\n") == 0 ? CC_REFRESH : CC_ERROR;
}

static unsigned char press_tab(EditLine *el, wint_t key) {
  (void)key;
  sonde_edit *self = self_of(el);
  if (!self->helpers.complete) return CC_ERROR;
  size_t cursor = 0;
  char *text = line_of(el, &cursor);
  if (!text) return CC_ERROR;
  sonde_completion result = {0, NULL, NULL};
  self->helpers.complete(self->helpers.context, text, (int32_t)cursor, &result);
  unsigned char answer = CC_ERROR;
  if (result.inserted && result.replaced >= 0 && (size_t)result.replaced <= cursor) {
    int characters = 0;
    for (size_t i = cursor - (size_t)result.replaced; i < cursor; i++)
      if ((text[i] & 0xc0) != 0x80) characters++;
    if (characters > 0) el_deletestr(el, characters);
    wchar_t *wide = widened(result.inserted);
    if (wide && (wide[0] == 0 || el_winsertstr(el, wide) == 0)) answer = CC_REFRESH;
    free(wide);
  }
  if (result.menu) {
    fputs("\n", stdout);
    fputs(result.menu, stdout);
    fflush(stdout);
    answer = CC_REDISPLAY;
  }
  free(result.inserted);
  free(result.menu);
  free(text);
  return answer;
}

static unsigned char take_paste(EditLine *el, wint_t key) {
  (void)key;
  static const wchar_t end[] = L"\033[201~";
  const size_t end_length = 6;
  size_t capacity = 256, count = 0;
  wchar_t *text = malloc((capacity + 1) * sizeof(wchar_t));
  wchar_t next;
  while (text && el_wgetc(el, &next) == 1) {
    if (count == capacity) {
      capacity *= 2;
      wchar_t *larger = realloc(text, (capacity + 1) * sizeof(wchar_t));
      if (!larger) break;
      text = larger;
    }
    text[count++] = next == L'\r' ? L'\n' : next;
    if (count >= end_length && wmemcmp(text + count - end_length, end, end_length) == 0) {
      count -= end_length;
      break;
    }
  }
  if (!text) return CC_ERROR;
  // Line breaks at the end would only be in the way; control characters never belong to a line.
  while (count > 0 && text[count - 1] == L'\n') count--;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (text[i] == L'\t') text[i] = L' ';
    if (text[i] >= 0x20 || text[i] == L'\n') text[kept++] = text[i];
  }
  text[kept] = 0;
  int failed = kept > 0 && el_winsertstr(el, text) != 0;
  free(text);
  return failed ? CC_ERROR : CC_REFRESH;
}

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

int sonde_edit_has_utf8(void) {
  static const char *const locales[] = {"", "C.UTF-8", "en_US.UTF-8"};
  for (size_t i = 0; i < sizeof locales / sizeof *locales; i++)
    if (setlocale(LC_CTYPE, locales[i]) && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return 1;
  return 0;
}

sonde_edit *sonde_edit_new(const char *program, sonde_edit_helpers helpers) {
  sonde_edit *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->helpers = helpers;
  self->el = el_init(program, stdin, stdout, stderr);
  self->history = history_winit();
  if (!self->el || !self->history) {
    sonde_edit_free(self);
    return NULL;
  }
  HistEventW event;
  history_w(self->history, &event, H_SETSIZE, history_size);
  el_set(self->el, EL_CLIENTDATA, self);
  el_wset(self->el, EL_EDITOR, L"emacs");
  el_wset(self->el, EL_PROMPT_ESC, prompt_of, L'\1');
  el_wset(self->el, EL_SIGNAL, 1);
  el_wset(self->el, EL_HIST, history_w, self->history);
  el_wset(self->el, EL_ADDFN, L"sonde-enter", L"Run the line, or go on if it is incomplete", press_enter);
  el_wset(self->el, EL_ADDFN, L"sonde-newline", L"Start another line", insert_newline);
  el_wset(self->el, EL_ADDFN, L"sonde-complete", L"Complete", press_tab);
  el_wset(self->el, EL_ADDFN, L"sonde-paste", L"Take a pasted text", take_paste);
  static const wchar_t *const keys[][2] = {
      {L"\n", L"sonde-enter"}, {L"\r", L"ed-newline"}, {L"\033\n", L"sonde-newline"},
      {L"\033\r", L"sonde-newline"}, {L"\t", L"sonde-complete"}, {L"\033[200~", L"sonde-paste"},
      {L"^R", L"em-inc-search-prev"}, {L"\033[A", L"ed-search-prev-history"},
      {L"\033OA", L"ed-search-prev-history"}, {L"\033[B", L"ed-search-next-history"},
      {L"\033OB", L"ed-search-next-history"}, {L"\033[1;5D", L"ed-prev-word"},
      {L"\033[1;5C", L"em-next-word"}, {L"\033[3~", L"ed-delete-next-char"},
      {L"\033[H", L"ed-move-to-beg"}, {L"\033[F", L"ed-move-to-end"}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    el_wset(self->el, EL_BIND, keys[i][0], keys[i][1], NULL);
  el_source(self->el, NULL);
  return self;
}

void sonde_edit_free(sonde_edit *self) {
  if (!self) return;
  if (self->el) el_end(self->el);
  if (self->history) history_wend(self->history);
  free(self->prompt);
  free(self);
}

sonde_edit_status sonde_edit_read(
    sonde_edit *self, const char *prompt, const char *initial, int has_history, char **text) {
  *text = NULL;
  free(self->prompt);
  self->prompt = widened(prompt);
  if (!self->prompt) return sonde_edit_end;
  if (has_history)
    el_wset(self->el, EL_HIST, history_w, self->history);
  if (initial && *initial) {
    wchar_t *wide = widened(initial);
    if (wide) {
      for (wchar_t *c = wide; *c; c++)
        if (*c < 0x20) *c = L' ';
      el_wpush(self->el, wide);
      free(wide);
    }
  }
  fputs(paste_on, stdout);
  fflush(stdout);
  int count = 0;
  errno = 0;
  const wchar_t *line = el_wgets(self->el, &count);
  int problem = errno;
  sonde_edit_status status;
  if (line && count > 0) {
    size_t length = wcslen(line);
    while (length > 0 && (line[length - 1] == L'\n' || line[length - 1] == L'\r')) length--;
    *text = narrowed(line, length, NULL);
    status = *text ? sonde_edit_line : sonde_edit_end;
  } else if (count < 0 && problem == EINTR) {
    *text = line_of(self->el, NULL);
    status = sonde_edit_interrupted;
    fputs("^C\n", stdout);
    el_reset(self->el);
  } else {
    status = sonde_edit_end;
  }
  fputs(paste_off, stdout);
  fflush(stdout);
  return status;
}

void sonde_edit_remember(sonde_edit *self, const char *text) {
  wchar_t *wide = widened(text);
  if (!wide) return;
  HistEventW event;
  history_w(self->history, &event, H_ENTER, wide);
  free(wide);
}

#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>

static struct {
  CURLcode (*global_init)(long);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
  CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
  const char *(*easy_strerror)(CURLcode);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_cleanup)(CURLM *);
  CURLMcode (*multi_add_handle)(CURLM *, CURL *);
  CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
  CURLMcode (*multi_perform)(CURLM *, int *);
  CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned int, int, int *);
  CURLMcode (*multi_wakeup)(CURLM *);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
} api;

static int state = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(void) {
#ifdef __APPLE__
  static const char *const names[] = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
#else
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return NULL;
}

static void load(void) {
  void *library = open_library();
  if (!library) return;
#define FIND(member)                                                                    \
  do {                                                                                  \
    *(void **)&api.member = dlsym(library, "curl_" #member);                            \
    if (!api.member) return;                                                            \
  } while (0)
  FIND(global_init);
  FIND(easy_init);
  FIND(easy_cleanup);
  FIND(easy_setopt);
  FIND(easy_getinfo);
  FIND(easy_strerror);
  FIND(slist_append);
  FIND(slist_free_all);
  FIND(multi_init);
  FIND(multi_cleanup);
  FIND(multi_add_handle);
  FIND(multi_remove_handle);
  FIND(multi_perform);
  FIND(multi_poll);
  FIND(multi_wakeup);
  FIND(multi_info_read);
#undef FIND
  if (api.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) state = 0;
}

int sonde_curl_load(void) {
  pthread_once(&once, load);
  return state;
}

CURL *sonde_curl_open(void) { return api.easy_init(); }
void sonde_curl_close(CURL *easy) { api.easy_cleanup(easy); }

CURLcode sonde_curl_set_number(CURL *easy, CURLoption option, long value) {
  return api.easy_setopt(easy, option, value);
}

CURLcode sonde_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return api.easy_setopt(easy, option, value);
}

CURLcode sonde_curl_set_body(CURL *easy, const void *bytes, size_t count) {
  CURLcode code = api.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code ? code : api.easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, (const char *)bytes);
}

CURLcode sonde_curl_set_headers(CURL *easy, struct curl_slist *list) {
  return api.easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

CURLcode sonde_curl_set_receivers(
    CURL *easy, sonde_curl_receiver body, sonde_curl_receiver head, void *context) {
  CURLcode code = api.easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
  if (!code) code = api.easy_setopt(easy, CURLOPT_WRITEDATA, context);
  if (!code) code = api.easy_setopt(easy, CURLOPT_HEADERFUNCTION, head);
  return code ? code : api.easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

long sonde_curl_number(CURL *easy, CURLINFO info) {
  long value = 0;
  return api.easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

const char *sonde_curl_text(CURLcode code) { return api.easy_strerror(code); }

struct curl_slist *sonde_curl_append(struct curl_slist *list, const char *text) {
  struct curl_slist *longer = api.slist_append(list, text);
  return longer ? longer : list;
}

void sonde_curl_free(struct curl_slist *list) { api.slist_free_all(list); }

CURLM *sonde_curl_multi_open(void) { return api.multi_init(); }
void sonde_curl_multi_close(CURLM *multi) { api.multi_cleanup(multi); }
CURLMcode sonde_curl_multi_add(CURLM *multi, CURL *easy) { return api.multi_add_handle(multi, easy); }
CURLMcode sonde_curl_multi_remove(CURLM *multi, CURL *easy) { return api.multi_remove_handle(multi, easy); }
CURLMcode sonde_curl_multi_perform(CURLM *multi, int *running) { return api.multi_perform(multi, running); }

CURLMcode sonde_curl_multi_poll(CURLM *multi, int milliseconds) {
  return api.multi_poll(multi, NULL, 0, milliseconds, NULL);
}

CURLMcode sonde_curl_multi_wakeup(CURLM *multi) { return api.multi_wakeup(multi); }

int sonde_curl_multi_result(CURLM *multi) {
  int left = 0;
  CURLMsg *message;
  while ((message = api.multi_info_read(multi, &left))) {
    if (message->msg == CURLMSG_DONE) return (int)message->data.result;
  }
  return -1;
}

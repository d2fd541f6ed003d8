/// A thin, typed face on libcurl, which is loaded only when the first request is made: Swift cannot call its
/// variadic functions, and linking it would cost every start of the program several milliseconds.
#pragma once
#include <curl/curl.h>
#include <stddef.h>

typedef size_t (*sonde_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

/// Loads and initialises the library once. 0: usable; otherwise nothing else here may be called.
int sonde_curl_load(void);

CURL *sonde_curl_open(void);
void sonde_curl_close(CURL *easy);
CURLcode sonde_curl_set_number(CURL *easy, CURLoption option, long value);
CURLcode sonde_curl_set_text(CURL *easy, CURLoption option, const char *value);
/// Copies the bytes.
CURLcode sonde_curl_set_body(CURL *easy, const void *bytes, size_t count);
CURLcode sonde_curl_set_headers(CURL *easy, struct curl_slist *list);
CURLcode sonde_curl_set_receivers(
    CURL *easy, sonde_curl_receiver body, sonde_curl_receiver head, void *context);
long sonde_curl_number(CURL *easy, CURLINFO info);
const char *sonde_curl_text(CURLcode code);

struct curl_slist *sonde_curl_append(struct curl_slist *list, const char *text);
void sonde_curl_free(struct curl_slist *list);

CURLM *sonde_curl_multi_open(void);
void sonde_curl_multi_close(CURLM *multi);
CURLMcode sonde_curl_multi_add(CURLM *multi, CURL *easy);
CURLMcode sonde_curl_multi_remove(CURLM *multi, CURL *easy);
/// Moves what can be moved; `running` counts unfinished transfers.
CURLMcode sonde_curl_multi_perform(CURLM *multi, int *running);
/// Waits for activity, for at most this long.
CURLMcode sonde_curl_multi_poll(CURLM *multi, int milliseconds);
/// Ends a wait early; may be called from any thread.
CURLMcode sonde_curl_multi_wakeup(CURLM *multi);
/// The result of a finished transfer, or -1 if none has finished.
int sonde_curl_multi_result(CURLM *multi);

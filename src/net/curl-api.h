/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, loaded when it is first needed: it brings thirty libraries, whose loading takes half of the time that the program
 * needs to start, and most scans use no network. Files that speak HTTP include this instead of curl/curl.h. */
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define CURL_FUNCTIONS(X) \
    X(easy_cleanup) X(easy_getinfo) X(easy_init) X(easy_pause) X(easy_reset) X(easy_setopt) X(easy_strerror) X(free) X(global_cleanup) \
    X(global_init) X(multi_add_handle) X(multi_cleanup) X(multi_info_read) X(multi_init) X(multi_perform) X(multi_poll) \
    X(multi_remove_handle) X(multi_setopt) X(multi_strerror) X(slist_append) X(slist_free_all) X(url) X(url_cleanup) X(url_get) \
    X(url_set) X(url_strerror)

#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt

typedef struct CurlApi {
#define X(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(X)
#undef X
} CurlApi;

/* NULL when it cannot be loaded; *ret_why (may be NULL) then says so. Thread-safe. */
const CurlApi *curl_api(const char **ret_why);

#define curl_easy_cleanup curl_api(NULL)->easy_cleanup
#define curl_easy_getinfo curl_api(NULL)->easy_getinfo
#define curl_easy_init curl_api(NULL)->easy_init
#define curl_easy_pause curl_api(NULL)->easy_pause
#define curl_easy_reset curl_api(NULL)->easy_reset
#define curl_easy_setopt curl_api(NULL)->easy_setopt
#define curl_easy_strerror curl_api(NULL)->easy_strerror
#define curl_free curl_api(NULL)->free
#define curl_global_cleanup curl_api(NULL)->global_cleanup
#define curl_global_init curl_api(NULL)->global_init
#define curl_multi_add_handle curl_api(NULL)->multi_add_handle
#define curl_multi_cleanup curl_api(NULL)->multi_cleanup
#define curl_multi_info_read curl_api(NULL)->multi_info_read
#define curl_multi_init curl_api(NULL)->multi_init
#define curl_multi_perform curl_api(NULL)->multi_perform
#define curl_multi_poll curl_api(NULL)->multi_poll
#define curl_multi_remove_handle curl_api(NULL)->multi_remove_handle
#define curl_multi_setopt curl_api(NULL)->multi_setopt
#define curl_multi_strerror curl_api(NULL)->multi_strerror
#define curl_slist_append curl_api(NULL)->slist_append
#define curl_slist_free_all curl_api(NULL)->slist_free_all
#define curl_url curl_api(NULL)->url
#define curl_url_cleanup curl_api(NULL)->url_cleanup
#define curl_url_get curl_api(NULL)->url_get
#define curl_url_set curl_api(NULL)->url_set
#define curl_url_strerror curl_api(NULL)->url_strerror

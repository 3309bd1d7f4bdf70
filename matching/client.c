/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/client.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "matching/retry.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECT_MAX_MS 10000
#define TOTAL_MAX_MS   30000
#define SLOW_BYTES_S   16
#define SLOW_MAX_S     20
#define TOKEN_MAX      4096

/* X509_verify_cert's numbers for dates (openssl/x509_vfy.h); libcurl hands them through. */
enum { VERIFY_NOT_YET_VALID = 9, VERIFY_HAS_EXPIRED = 10 };

struct lane {
    CURL *easy; /* NULL: empty */
    struct curl_slist *headers;
    char *request_body;
    char *body;
    size_t n_body, n_headers;
    bool is_too_large;
    bool is_done;
    enum matching_transport transport; /* once done */
    char date[64], retry_after[64];
    char error[CURL_ERROR_SIZE];
};

struct curl_client {
    struct matching_client base; /* first: the ops cast back */
    CURLM *multi;
    char *url, *ca_file, *token_file, *cert_file, *key_file;
    int64_t connect_max_ms, total_max_ms;
    struct lane lanes[MATCHING_N_LANES];
};

static const char *const transport_names[MATCHING_N_TRANSPORTS] = {
    "ok",          "no-service", "no-identity",   "bad-setting", "resolve",
    "connect",     "timeout",    "tls-untrusted", "tls-host",    "tls-expired",
    "tls-not-yet", "tls",        "broken",        "too-large",   "other",
};

const char *matching_transport_name(enum matching_transport transport)
{
    return transport_names[transport];
}

void matching_reply_finish(struct matching_reply *reply)
{
    free(reply->body);
    reply->body = NULL;
}

static struct curl_client *client_of(struct matching_client *base)
{
    return (struct curl_client *)base;
}

/* --- what the network gives --- */

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
    struct lane *lane = user;
    size_t n_bytes = size * n;
    char *larger;

    if (lane->n_body + n_bytes > MATCHING_REPLY_MAX) {
        lane->is_too_large = true;
        return 0; /* makes libcurl break the call off */
    }
    larger = realloc(lane->body, lane->n_body + n_bytes + 1);
    if (!larger)
        return 0;
    memcpy(larger + lane->n_body, data, n_bytes);
    lane->body = larger;
    lane->n_body += n_bytes;
    lane->body[lane->n_body] = '\0';
    return n_bytes;
}

/* Keeps the value of one header, without the spaces around it. */
static void keep_header(const char *line, size_t n, const char *name, char *ret_value, size_t size)
{
    size_t n_name = strlen(name);

    if (n <= n_name || strncasecmp(line, name, n_name) != 0)
        return;
    line += n_name;
    n -= n_name;
    while (n > 0 && isspace((unsigned char)*line))
        line++, n--;
    while (n > 0 && isspace((unsigned char)line[n - 1]))
        n--;
    if (n < size) {
        memcpy(ret_value, line, n);
        ret_value[n] = '\0';
    }
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
    struct lane *lane = user;

    lane->n_headers += size * n;
    if (lane->n_headers > MATCHING_REPLY_MAX) { /* libcurl keeps them all: a stream has no end */
        lane->is_too_large = true;
        return 0;
    }
    keep_header(data, size * n, "Retry-After:", lane->retry_after, sizeof(lane->retry_after));
    keep_header(data, size * n, "Date:", lane->date, sizeof(lane->date));
    return size * n;
}

static enum matching_transport transport_of(CURLcode code, const struct lane *lane)
{
    long verify = 0;

    switch ((int)code) {
    case CURLE_OK:
        return MATCHING_TRANSPORT_OK;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CACERT_BADFILE:
        return MATCHING_TRANSPORT_BAD_SETTING;
    case CURLE_SSL_CERTPROBLEM:
        return MATCHING_TRANSPORT_NO_IDENTITY;
    case CURLE_COULDNT_RESOLVE_HOST:
        return MATCHING_TRANSPORT_RESOLVE;
    case CURLE_COULDNT_CONNECT:
        return MATCHING_TRANSPORT_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return MATCHING_TRANSPORT_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
        curl_easy_getinfo(lane->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
        if (verify == VERIFY_NOT_YET_VALID)
            return MATCHING_TRANSPORT_TLS_NOT_YET;
        if (verify == VERIFY_HAS_EXPIRED)
            return MATCHING_TRANSPORT_TLS_EXPIRED;
        /* The name is looked at after the chain; libcurl leaves its first value, 1, there. */
        return verify <= 1 ? MATCHING_TRANSPORT_TLS_HOST : MATCHING_TRANSPORT_TLS_UNTRUSTED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return MATCHING_TRANSPORT_TLS;
    case CURLE_WRITE_ERROR:
        return lane->is_too_large ? MATCHING_TRANSPORT_TOO_LARGE : MATCHING_TRANSPORT_OTHER;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
        return MATCHING_TRANSPORT_BROKEN;
    default:
        return MATCHING_TRANSPORT_OTHER;
    }
}

/* --- what we send --- */

/* Reads a secret that only its owner may read. */
static int read_secret(const char *path, char **ret_secret, size_t *ret_n)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        return -EPERM;
    return base_file_read(path, TOKEN_MAX, ret_secret, ret_n);
}

static bool add_header(struct lane *lane, const char *header)
{
    struct curl_slist *longer = curl_slist_append(lane->headers, header);

    if (longer)
        lane->headers = longer;
    return longer != NULL;
}

/* Returns: 0, -ENOMEM, or another -errno when the token cannot be used. The token is read anew for
 * each call: a carer who replaces the file need not restart anything, and it is not kept in memory.
 */
static int add_token(struct lane *lane, const char *path)
{
    char header[TOKEN_MAX + 32], *token;
    size_t n;
    int r = read_secret(path, &token, &n);

    if (r < 0)
        return r;
    while (n > 0 && isspace((unsigned char)token[n - 1]))
        token[--n] = '\0';
    r = n == 0 ? -EINVAL : 0;
    for (size_t i = 0; i < n; i++) {
        if (!isgraph((unsigned char)token[i]))
            r = -EINVAL;
    }
    if (r == 0) {
        snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
        r = add_header(lane, header) ? 0 : -ENOMEM;
        explicit_bzero(header, sizeof(header));
    }
    explicit_bzero(token, n);
    free(token);
    return r;
}

/* Every option that matters for safety, in one place; there is no setting for any of them. */
static void lock_down(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    /* Level 2 refuses RSA below 2048 bits and SHA-1, whatever the system's own level. */
    curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=2");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
}

static int set_identity(struct curl_client *client, struct lane *lane)
{
    struct stat st;

    if (client->token_file) {
        int r = add_token(lane, client->token_file);

        if (r < 0)
            return r;
    }
    if (!client->cert_file)
        return 0;
    if (!client->key_file || stat(client->key_file, &st) < 0 || !S_ISREG(st.st_mode) ||
        (st.st_mode & 077) != 0)
        return -EPERM;
    curl_easy_setopt(lane->easy, CURLOPT_SSLCERT, client->cert_file);
    curl_easy_setopt(lane->easy, CURLOPT_SSLKEY, client->key_file);
    return 0;
}

static void set_limits(struct curl_client *client, struct lane *lane,
                       const struct matching_call *call)
{
    int64_t total_ms = call->total_max_ms > 0 ? call->total_max_ms : client->total_max_ms;

    curl_easy_setopt(lane->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)client->connect_max_ms);
    curl_easy_setopt(lane->easy, CURLOPT_TIMEOUT_MS, (long)total_ms);
    if (total_ms <= TOTAL_MAX_MS) { /* a long poll is slow by design */
        curl_easy_setopt(lane->easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_S);
        curl_easy_setopt(lane->easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_MAX_S);
    }
}

static int set_call(struct curl_client *client, struct lane *lane, const struct matching_call *call)
{
    char url[2048], key[96];

    if ((size_t)snprintf(url, sizeof(url), "%s%s", client->url, call->path) >= sizeof(url))
        return -ENAMETOOLONG;
    curl_easy_setopt(lane->easy, CURLOPT_URL, url);
    if (client->ca_file) {
        curl_easy_setopt(lane->easy, CURLOPT_CAINFO, client->ca_file);
        /* Read anew at each connection: a renewed authority counts at once, not a day later (R36).
         */
        curl_easy_setopt(lane->easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
        /* Else Debian's folder of authorities is trusted beside our own one. */
        curl_easy_setopt(lane->easy, CURLOPT_CAPATH, NULL);
    }
    if (strcmp(call->method, "POST") == 0) {
        lane->request_body = malloc(call->n_body + 1);
        if (!lane->request_body)
            return -ENOMEM;
        if (call->n_body > 0)
            memcpy(lane->request_body, call->body, call->n_body);
        curl_easy_setopt(lane->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->n_body);
        curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDS, lane->request_body);
        if (!add_header(lane, "Content-Type: application/json") || !add_header(lane, "Expect:"))
            return -ENOMEM;
    }
    if (call->idempotency_key) {
        snprintf(key, sizeof(key), "Idempotency-Key: %s", call->idempotency_key);
        if (!add_header(lane, key))
            return -ENOMEM;
    }
    return add_header(lane, "Accept: application/json, application/problem+json") ? 0 : -ENOMEM;
}

static void empty_lane(struct curl_client *client, struct lane *lane)
{
    if (lane->easy) {
        curl_multi_remove_handle(client->multi, lane->easy);
        curl_easy_cleanup(lane->easy);
    }
    curl_slist_free_all(lane->headers);
    free(lane->request_body);
    free(lane->body);
    memset(lane, 0, sizeof(*lane));
}

/* Ends a call before it began. */
static int end_at_once(struct lane *lane, enum matching_transport transport)
{
    lane->is_done = true;
    lane->transport = transport;
    return 0;
}

static int begin(struct matching_client *base, enum matching_lane which,
                 const struct matching_call *call)
{
    struct curl_client *client = client_of(base);
    struct lane *lane = &client->lanes[which];
    int r;

    if (lane->easy || lane->is_done)
        return -EBUSY;
    if (!client->url)
        return end_at_once(lane, MATCHING_TRANSPORT_NO_SERVICE);
    lane->easy = curl_easy_init();
    if (!lane->easy)
        return -ENOMEM;
    lock_down(lane->easy);
    curl_easy_setopt(lane->easy, CURLOPT_ERRORBUFFER, lane->error);
    curl_easy_setopt(lane->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(lane->easy, CURLOPT_WRITEDATA, lane);
    curl_easy_setopt(lane->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(lane->easy, CURLOPT_HEADERDATA, lane);
    curl_easy_setopt(lane->easy, CURLOPT_USERAGENT, "voisine/" VOISINE_VERSION);
    curl_easy_setopt(lane->easy, CURLOPT_PRIVATE, lane);
    set_limits(client, lane, call);
    r = set_call(client, lane, call);
    if (r == 0 && (r = set_identity(client, lane)) < 0 && r != -ENOMEM) {
        log_warning("identity-unreadable", "token or key unusable: %s", strerror(-r));
        return end_at_once(lane, MATCHING_TRANSPORT_NO_IDENTITY);
    }
    curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers);
    if (r == 0 && curl_multi_add_handle(client->multi, lane->easy) != CURLM_OK)
        r = -ENOMEM;
    if (r < 0)
        empty_lane(client, lane);
    return base_trace(r);
}

static void collect_ended(struct curl_client *client)
{
    struct CURLMsg *message;
    int n_left;

    while ((message = curl_multi_info_read(client->multi, &n_left)) != NULL) {
        struct lane *lane = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&lane);
        lane->transport = transport_of(message->data.result, lane);
        lane->is_done = true;
        if (lane->transport != MATCHING_TRANSPORT_OK)
            log_info("network-failed", "%s: %s", matching_transport_name(lane->transport),
                     lane->error[0] ? lane->error : curl_easy_strerror(message->data.result));
    }
}

static bool has_ended(const struct curl_client *client)
{
    for (int i = 0; i < MATCHING_N_LANES; i++) {
        if (client->lanes[i].is_done)
            return true;
    }
    return false;
}

static int wait_for(struct matching_client *base, int wake_fd, int timeout_ms)
{
    struct curl_client *client = client_of(base);
    struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
    int n_running;

    curl_multi_perform(client->multi, &n_running);
    collect_ended(client);
    if (has_ended(client))
        return 0;
    if (curl_multi_poll(client->multi, wake_fd >= 0 ? &wake : NULL, wake_fd >= 0, timeout_ms,
                        NULL) != CURLM_OK)
        return -EIO;
    curl_multi_perform(client->multi, &n_running);
    collect_ended(client);
    return 0;
}

static int take(struct matching_client *base, struct matching_reply *ret_reply)
{
    struct curl_client *client = client_of(base);

    for (int i = 0; i < MATCHING_N_LANES; i++) {
        struct lane *lane = &client->lanes[i];
        long status = 0;

        if (!lane->is_done)
            continue;
        if (lane->transport == MATCHING_TRANSPORT_OK)
            curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &status);
        *ret_reply = (struct matching_reply){
            .lane = (enum matching_lane)i,
            .transport = lane->transport,
            .status = (int)status,
            .retry_after_s = lane->retry_after[0]
                                 ? matching_retry_after_parse(lane->retry_after, lane->date)
                                 : -1,
            .body = lane->body ? lane->body : strdup(""),
            .n_body = lane->n_body,
        };
        lane->body = NULL;
        empty_lane(client, lane);
        if (!ret_reply->body) {
            ret_reply->transport = MATCHING_TRANSPORT_OTHER;
            ret_reply->status = 0;
        }
        return 1;
    }
    return 0;
}

static void abandon(struct matching_client *base, enum matching_lane which)
{
    struct curl_client *client = client_of(base);

    empty_lane(client, &client->lanes[which]);
}

static void destroy(struct matching_client *base)
{
    struct curl_client *client = client_of(base);

    for (int i = 0; i < MATCHING_N_LANES; i++)
        empty_lane(client, &client->lanes[i]);
    if (client->multi)
        curl_multi_cleanup(client->multi);
    free(client->url);
    free(client->ca_file);
    free(client->token_file);
    free(client->cert_file);
    free(client->key_file);
    free(client);
    curl_global_cleanup();
}

static const struct matching_client_ops curl_ops = {begin, wait_for, take, abandon, destroy};

/* A copy, NULL for nothing. Returns: whether there was memory. */
static bool copy_setting(const char *value, char **ret_copy)
{
    *ret_copy = value && *value ? strdup(value) : NULL;
    return *ret_copy || !value || !*value;
}

static int64_t within(int64_t value, int64_t limit)
{
    return value > 0 && value < limit ? value : limit;
}

int matching_client_create(const struct matching_client_settings *settings,
                           struct matching_client **ret_client)
{
    /* Whoever sets the first could read every call; the others give OpenSSL another configuration,
     * other code or other authorities. All are looked at in global_init or later. */
    static const char *const hostile[] = {"SSLKEYLOGFILE",   "OPENSSL_CONF",  "OPENSSL_MODULES",
                                          "OPENSSL_ENGINES", "SSL_CERT_FILE", "SSL_CERT_DIR"};
    struct curl_client *client;

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
        unsetenv(hostile[i]);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    client = calloc(1, sizeof(*client));
    if (!client) {
        curl_global_cleanup();
        return -ENOMEM;
    }
    client->base.ops = &curl_ops;
    client->connect_max_ms = within(settings->connect_max_ms, CONNECT_MAX_MS);
    client->total_max_ms = within(settings->total_max_ms, TOTAL_MAX_MS);
    client->multi = curl_multi_init();
    if (!client->multi || !copy_setting(settings->url, &client->url) ||
        !copy_setting(settings->ca_file, &client->ca_file) ||
        !copy_setting(settings->token_file, &client->token_file) ||
        !copy_setting(settings->cert_file, &client->cert_file) ||
        !copy_setting(settings->key_file, &client->key_file)) {
        destroy(&client->base);
        return -ENOMEM;
    }
    for (size_t n = client->url ? strlen(client->url) : 0; n > 0 && client->url[n - 1] == '/'; n--)
        client->url[n - 1] = '\0';
    *ret_client = &client->base;
    return 0;
}

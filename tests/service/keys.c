/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/keys.h"

#include "base/file.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define YEAR_S  (365 * 86400)
#define PEM_MAX 65536

struct pair {
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
};

static void finish_pair(struct pair *pair)
{
    gnutls_x509_crt_deinit(pair->crt);
    gnutls_x509_privkey_deinit(pair->key);
}

/* Everything but the signature. */
static void prepare(struct pair *pair, const char *name, time_t from, time_t until, bool is_ca)
{
    unsigned char serial[8];
    unsigned char id[64];
    size_t n_id = sizeof(id);

    gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
    serial[0] &= 0x7f;
    gnutls_x509_privkey_init(&pair->key);
    gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_crt_init(&pair->crt);
    gnutls_x509_crt_set_version(pair->crt, 3);
    gnutls_x509_crt_set_serial(pair->crt, serial, sizeof(serial));
    gnutls_x509_crt_set_activation_time(pair->crt, from);
    gnutls_x509_crt_set_expiration_time(pair->crt, until);
    gnutls_x509_crt_set_dn_by_oid(pair->crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_key(pair->crt, pair->key);
    gnutls_x509_crt_set_ca_status(pair->crt, is_ca);
    gnutls_x509_crt_set_key_usage(pair->crt,
                                  is_ca ? GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (gnutls_x509_crt_get_key_id(pair->crt, GNUTLS_KEYID_USE_SHA1, id, &n_id) == 0)
        gnutls_x509_crt_set_subject_key_id(pair->crt, id, n_id);
}

static int sign(struct pair *pair, const struct pair *issuer)
{
    return gnutls_x509_crt_sign2(pair->crt, issuer->crt, issuer->key, GNUTLS_DIG_SHA256, 0) == 0
               ? 0
               : -EIO;
}

static void make_ca(struct pair *ca, const char *name)
{
    time_t now = time(NULL);

    prepare(ca, name, now - 86400, now + 10 * YEAR_S, true);
    sign(ca, ca);
}

static int make_server(struct pair *server, const struct pair *ca, const char *host,
                       const char *wrong)
{
    static const unsigned char loopback[4] = {127, 0, 0, 1};
    time_t now = time(NULL), from = now - 86400, until = now + 5 * YEAR_S;

    if (strcmp(wrong, "expired") == 0) {
        from = now - 20 * 86400;
        until = now - 10 * 86400;
    } else if (strcmp(wrong, "not-yet") == 0) {
        from = now + 10 * 86400;
    }
    prepare(server, "Voisine reference service", from, until, false);
    gnutls_x509_crt_set_key_purpose_oid(server->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
    if (strcmp(wrong, "host") == 0) {
        gnutls_x509_crt_set_subject_alt_name(server->crt, GNUTLS_SAN_DNSNAME, "other.example", 13,
                                             GNUTLS_FSAN_SET);
    } else {
        gnutls_x509_crt_set_subject_alt_name(server->crt, GNUTLS_SAN_DNSNAME, "localhost", 9,
                                             GNUTLS_FSAN_SET);
        gnutls_x509_crt_set_subject_alt_name(server->crt, GNUTLS_SAN_IPADDRESS, loopback, 4,
                                             GNUTLS_FSAN_APPEND);
        if (host)
            gnutls_x509_crt_set_subject_alt_name(server->crt, GNUTLS_SAN_DNSNAME, host,
                                                 (unsigned)strlen(host), GNUTLS_FSAN_APPEND);
    }
    return sign(server, strcmp(wrong, "self-signed") == 0 ? server : ca);
}

/* Returns: PEM text or NULL. Owns: the caller. */
static char *export_crt(gnutls_x509_crt_t crt)
{
    gnutls_datum_t pem;
    char *text = NULL;

    if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) == 0) {
        text = strndup((const char *)pem.data, pem.size);
        gnutls_free(pem.data);
    }
    return text;
}

static char *export_key(gnutls_x509_privkey_t key)
{
    gnutls_datum_t pem;
    char *text = NULL;

    if (gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) == 0) {
        text = strndup((const char *)pem.data, pem.size);
        gnutls_free(pem.data);
    }
    return text;
}

static int write_pem(const char *folder, const char *name, const char *pem)
{
    char path[PATH_MAX];
    int r = base_file_join(folder, name, path, sizeof(path));

    return r < 0 ? r : base_file_replace(path, pem, strlen(pem), 0600);
}

static int read_pem(const char *folder, const char *name, char **ret_pem)
{
    char path[PATH_MAX];
    size_t n;
    int r = base_file_join(folder, name, path, sizeof(path));

    return r < 0 ? r : base_file_read(path, PEM_MAX, ret_pem, &n);
}

/* The authority that clients trust is kept; with "unknown-ca" another one signs. */
static int make_all(const char *folder, const char *host, const char *wrong, struct keys *ret_keys)
{
    struct pair ca, other, server;
    char *ca_pem, path[PATH_MAX];
    int r;

    make_ca(&ca, "Voisine reference authority");
    make_ca(&other, "Voisine other authority");
    r = make_server(&server, strcmp(wrong, "unknown-ca") == 0 ? &other : &ca, host, wrong);
    ca_pem = export_crt(ca.crt);
    ret_keys->certificate = export_crt(server.crt);
    ret_keys->key = export_key(server.key);
    if (!ca_pem || !ret_keys->certificate || !ret_keys->key)
        r = -ENOMEM;
    if (r == 0)
        r = write_pem(folder, "ca.pem", ca_pem);
    if (r == 0 && !*wrong)
        r = write_pem(folder, "server.key", ret_keys->key);
    if (r == 0 && !*wrong)
        r = write_pem(folder, "server.pem", ret_keys->certificate);
    if (*wrong) { /* the pair of the last good start does not go with this authority */
        (void)base_file_join(folder, "server.pem", path, sizeof(path));
        unlink(path);
    }
    free(ca_pem);
    finish_pair(&ca);
    finish_pair(&other);
    finish_pair(&server);
    return r;
}

int keys_make(const char *folder, const char *host, const char *wrong, struct keys *ret_keys)
{
    int r;

    memset(ret_keys, 0, sizeof(*ret_keys));
    r = base_file_join(folder, "ca.pem", ret_keys->ca_path, sizeof(ret_keys->ca_path));
    if (r < 0)
        return r;
    if (!wrong && access(ret_keys->ca_path, R_OK) == 0 &&
        read_pem(folder, "server.pem", &ret_keys->certificate) == 0 &&
        read_pem(folder, "server.key", &ret_keys->key) == 0)
        return 0;
    keys_finish(ret_keys);
    return make_all(folder, host, wrong ? wrong : "", ret_keys);
}

void keys_finish(struct keys *keys)
{
    free(keys->certificate);
    free(keys->key);
    keys->certificate = keys->key = NULL;
}

int keys_make_token(char ret_token[65])
{
    unsigned char bytes[32];

    if (gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof(bytes)) < 0)
        return -EIO;
    for (int i = 0; i < 32; i++)
        snprintf(ret_token + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

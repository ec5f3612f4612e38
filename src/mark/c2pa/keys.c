// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "mark/c2pa/read/profile.h"

enum { FILE_MAX = 1 << 20, YEARS = 3, DAY = 86400 };

// What a file of keys holds.
struct bundle {
    EVP_PKEY *key;
    X509 *certificate[BT_C2PA_CHAIN + 1];
    int count;
};

static void drop(struct bundle *b)
{
    EVP_PKEY_free(b->key);
    for (int i = 0; i < b->count; i++)
        X509_free(b->certificate[i]);
    *b = (struct bundle){0};
}

static bool issued_itself(X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate),
                         X509_get_issuer_name(certificate)) == 0;
}

// Each certificate is followed by its issuer's, whatever the order in the file; those
// that are not of the chain go.
static void put_in_order(struct bundle *b)
{
    int good = 1;
    while (good < b->count && !issued_itself(b->certificate[good - 1])) {
        int next = good;
        while (next < b->count &&
               X509_check_issued(b->certificate[next], b->certificate[good - 1]) !=
                   X509_V_OK)
            next++;
        if (next == b->count)
            break;
        X509 *issuer = b->certificate[next];
        b->certificate[next] = b->certificate[good];
        b->certificate[good++] = issuer;
    }
    while (b->count > good)
        X509_free(b->certificate[--b->count]);
}

static bool is_expired(X509 *certificate)
{
    return X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;
}

// The one that is made here says so in its name.
static bool is_ours(X509 *certificate)
{
    char name[128] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_organizationName,
                              name, sizeof(name));
    return !strcmp(name, "bauta, made on this machine");
}

// Making --------------------------------------------------------------------------------

static bool extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    const bool good = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool name_it(X509_NAME *name, const char *common)
{
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                      (const uint8_t *)"bauta, made on this machine", -1,
                                      -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)common,
                                      -1, -1, 0) == 1;
}

static X509 *new_certificate(EVP_PKEY *key, const char *common)
{
    X509 *c = X509_new();
    uint8_t serial[16];
    BIGNUM *number = NULL;
    bool good = c && RAND_bytes(serial, sizeof(serial)) == 1;
    serial[0] &= 0x7f;
    serial[0] |= 1;
    if (good)
        number = BN_bin2bn(serial, sizeof(serial), NULL);
    good = good && number && X509_set_version(c, 2) == 1 &&
           BN_to_ASN1_INTEGER(number, X509_get_serialNumber(c)) &&
           X509_time_adj_ex(X509_getm_notBefore(c), -1, 0, NULL) &&
           X509_time_adj_ex(X509_getm_notAfter(c), 365 * YEARS, 0, NULL) &&
           X509_set_pubkey(c, key) == 1 && name_it(X509_get_subject_name(c), common);
    BN_free(number);
    if (good)
        return c;
    X509_free(c);
    return NULL;
}

// A root and a leaf as the C2PA profile asks for: the purpose is e-mail protection.
static bool make(struct bundle *b)
{
    EVP_PKEY *root_key = EVP_EC_gen("P-256");
    b->key = EVP_EC_gen("P-256");
    X509 *root = root_key ? new_certificate(root_key, "bauta local root") : NULL;
    X509 *leaf = b->key ? new_certificate(b->key, "bauta local signer") : NULL;
    bool good =
        root && leaf &&
        X509_set_issuer_name(root, X509_get_subject_name(root)) == 1 &&
        X509_set_issuer_name(leaf, X509_get_subject_name(root)) == 1 &&
        extend(root, root, NID_basic_constraints, "critical,CA:TRUE") &&
        extend(root, root, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        extend(root, root, NID_subject_key_identifier, "hash") &&
        X509_sign(root, root_key, EVP_sha256()) > 0 &&
        extend(leaf, root, NID_basic_constraints, "critical,CA:FALSE") &&
        extend(leaf, root, NID_key_usage, "critical,digitalSignature") &&
        extend(leaf, root, NID_ext_key_usage, "emailProtection") &&
        extend(leaf, root, NID_subject_key_identifier, "hash") &&
        extend(leaf, root, NID_authority_key_identifier, "keyid:always") &&
        X509_sign(leaf, root_key, EVP_sha256()) > 0;
    // The root's key signs nothing else, ever.
    EVP_PKEY_free(root_key);
    if (leaf)
        b->certificate[b->count++] = leaf;
    if (root)
        b->certificate[b->count++] = root;
    return good;
}

// Files ---------------------------------------------------------------------------------

static BIO *write_bundle(const struct bundle *b)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool good = bio && PEM_write_bio_PKCS8PrivateKey(bio, b->key, NULL, NULL, 0, NULL,
                                                     NULL) == 1;
    for (int i = 0; i < b->count && good; i++)
        good = PEM_write_bio_X509(bio, b->certificate[i]) == 1;
    if (good)
        return bio;
    BIO_free(bio);
    return NULL;
}

static bool read_bundle(struct bundle *b, const void *pem, size_t size)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)size);
    *b = (struct bundle){0};
    if (!bio)
        return false;
    // An empty password: a file that has one is not waited for at a terminal.
    b->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
    BIO_reset(bio);
    while (b->count <= BT_C2PA_CHAIN) {
        X509 *c = PEM_read_bio_X509(bio, NULL, NULL, (void *)"");
        if (!c)
            break;
        b->certificate[b->count++] = c;
    }
    BIO_free(bio);
    if (b->count > 0)
        put_in_order(b);
    return b->key && b->count > 0;
}

static void make_folders(const char *path)
{
    char folder[4096];
    snprintf(folder, sizeof(folder), "%s", path);
    for (char *at = folder + 1; (at = strchr(at, '/')); at++) {
        *at = 0;
        mkdir(folder, 0700);
        *at = '/';
    }
}

static int fail_errno(const char *path, const char *what)
{
    const int error = errno;
    bt_error("%s: cannot %s the key that signs what is made: %s", path, what,
             strerror(error));
    return bt_file_error(error);
}

// A name that no other thread or process uses.
static int temp_name(const char *path, char *out, size_t size)
{
    uint8_t r[8];
    if (RAND_bytes(r, sizeof(r)) != 1)
        return BAUTA_E_FAILED;
    const int n = snprintf(out, size, "%s.%02x%02x%02x%02x%02x%02x%02x%02x", path, r[0],
                           r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
    return n < (int)size ? 0 : BAUTA_E_USAGE;
}

static int write_whole(const char *temp, const char *data, size_t size)
{
    const int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    errno = ENOSPC;            // of a short write, which says nothing
    bool good = write(fd, data, size) == (ssize_t)size && !fsync(fd);
    const int error = errno;
    good = !close(fd) && good;
    errno = error;
    return good ? 0 : -1;
}

static int save(const char *path, const struct bundle *b)
{
    char temp[4096 + 32];
    char *data = NULL;
    make_folders(path);
    BIO *bio = write_bundle(b);
    const long size = bio ? BIO_get_mem_data(bio, &data) : 0;
    int result = bio ? temp_name(path, temp, sizeof(temp)) : BAUTA_E_NO_MEMORY;
    if (result >= 0 &&
        (write_whole(temp, data, (size_t)size) < 0 || rename(temp, path))) {
        result = fail_errno(path, "write");
        unlink(temp);
    }
    if (bio && size > 0)
        OPENSSL_cleanse(data, (size_t)size);
    BIO_free(bio);
    return result;
}

// One at a time looks for the key and makes it: others of this program, too, since each
// opens the lock's file itself.
static int lock(const char *path)
{
    char name[4096 + 8];
    snprintf(name, sizeof(name), "%s.lock", path);
    make_folders(path);
    const int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_errno(path, "make");
    while (flock(fd, LOCK_EX)) {
        if (errno != EINTR) {
            const int result = fail_errno(path, "lock");
            close(fd);
            return result;
        }
    }
    return fd;
}

static int check(const struct bundle *b, const char *name)
{
    char group[32] = "";
    X509 *leaf = b->certificate[0];
    if (EVP_PKEY_get_group_name(b->key, group, sizeof(group), NULL) != 1 ||
        (strcmp(group, "prime256v1") && strcmp(group, "P-256"))) {
        bt_error("%s: its key is no elliptic one on P-256, as ES256 needs", name);
        return BAUTA_E_UNSUPPORTED;
    }
    if (X509_check_private_key(leaf, b->key) != 1) {
        bt_error("%s: its first certificate is not that of its key", name);
        return BAUTA_E_FORMAT;
    }
    if (is_expired(leaf)) {
        bt_error("%s: its certificate has expired; import another one with bauta keys "
                 "import", name);
        return BAUTA_E_FORMAT;
    }
    // What it signed would be Invalid to every reader.
    const char *fault = bt_c2pa_profile_fault(leaf);
    if (fault) {
        bt_error("%s: %s; ask the authority for one for C2PA claim signing, with the "
                 "purpose emailProtection", name, fault);
        return BAUTA_E_FORMAT;
    }
    return 0;
}

static int take(struct bt_c2pa_signer *signer, struct bundle *b)
{
    for (int i = 0; i < b->count; i++) {
        // Whoever verifies has the root, or does not trust it.
        if (i > 0 && issued_itself(b->certificate[i]))
            break;
        uint8_t *der = NULL;
        const int size = i2d_X509(b->certificate[i], &der);
        struct bt_c2pa_buf *to = &signer->certificate[signer->count++];
        if (size > 0)
            bt_c2pa_put(to, der, (size_t)size);
        OPENSSL_free(der);
        if (size <= 0 || to->error || signer->count == BT_C2PA_CHAIN) {
            if (size > 0 && !to->error)
                break;
            bt_c2pa_signer_free(signer);
            return BAUTA_E_NO_MEMORY;
        }
    }
    signer->key = b->key;
    b->key = NULL;
    return 0;
}

static int read_file(const char *path, struct bundle *b)
{
    uint8_t *pem = NULL;
    size_t size = 0;
    *b = (struct bundle){0};
    int result = bt_file_read(path, FILE_MAX, &pem, &size);
    if (result < 0)
        return result;
    if (!read_bundle(b, pem, size)) {
        bt_error("%s: holds no private key with its certificate; import one with bauta "
                 "keys import, or remove it and one is made", path);
        drop(b);
        result = BAUTA_E_FORMAT;
    }
    OPENSSL_cleanse(pem, size);
    bt_free(pem);
    return result;
}

static int make_and_save(const char *path)
{
    struct bundle b = {0};
    int result = 0;
    if (make(&b)) {
        result = save(path, &b);
    } else {
        bt_error("libcrypto makes no key to sign with; is its installation whole?");
        result = BAUTA_E_FAILED;
    }
    drop(&b);
    return result;
}

// Whether there is a key that is not one of ours and past its time. 1, 0, or an error.
static int is_there(const char *path)
{
    struct bundle b = {0};
    if (access(path, F_OK))
        return 0;
    const int result = read_file(path, &b);
    const bool old =
        result >= 0 && is_ours(b.certificate[0]) && is_expired(b.certificate[0]);
    drop(&b);
    if (old)
        bt_info("%s: the key made here has expired; another one is made", path);
    return result < 0 ? result : !old;
}

// Looks again once it has the lock: another may have made it.
static int ensure(const char *path)
{
    int result = is_there(path);
    if (result)
        return result;
    const int held = lock(path);
    if (held < 0)
        return held;
    result = is_there(path);
    if (!result) {
        result = make_and_save(path);
        if (result >= 0)
            bt_info("%s: a key was made, to sign what is made here", path);
    }
    close(held);
    return result;
}

int bt_c2pa_signer_load(struct bt_c2pa_signer *signer, const char *path)
{
    struct bundle b = {0};
    *signer = (struct bt_c2pa_signer){0};
    int result = ensure(path);
    if (result >= 0)
        result = read_file(path, &b);
    if (result >= 0)
        result = check(&b, path);
    if (result >= 0)
        result = take(signer, &b);
    drop(&b);
    return result;
}

void bt_c2pa_signer_free(struct bt_c2pa_signer *signer)
{
    EVP_PKEY_free(signer->key);
    for (int i = 0; i < BT_C2PA_CHAIN; i++)
        bt_c2pa_buf_free(&signer->certificate[i]);
    *signer = (struct bt_c2pa_signer){0};
}

int bt_c2pa_signer_import(const char *path, const void *pem, size_t size, const char *name)
{
    struct bundle b;
    if (size > FILE_MAX || !read_bundle(&b, pem, size)) {
        bt_error("%s: holds no private key with its certificate as PEM (a key with a "
                 "password: openssl pkey takes it off)", name);
        if (size <= FILE_MAX)
            drop(&b);
        return BAUTA_E_FORMAT;
    }
    int result = check(&b, name);
    if (result >= 0)
        result = save(path, &b);
    drop(&b);
    return result;
}

int bt_c2pa_signer_import_p12(const char *path, const void *data, size_t size,
                              const char *password, const char *name)
{
    const uint8_t *at = data;
    PKCS12 *p12 = size <= FILE_MAX ? d2i_PKCS12(NULL, &at, (long)size) : NULL;
    struct bundle b = {0};
    STACK_OF(X509) *others = NULL;
    X509 *leaf = NULL;
    if (!p12 || PKCS12_parse(p12, password ? password : "", &b.key, &leaf, &others) != 1 ||
        !b.key || !leaf) {
        bt_error("%s: is no PKCS#12 file with a key and its certificate, or the password "
                 "is another", name);
        PKCS12_free(p12);
        X509_free(leaf);
        drop(&b);
        return BAUTA_E_FORMAT;
    }
    b.certificate[b.count++] = leaf;
    for (int i = 0; others && i < sk_X509_num(others) && b.count <= BT_C2PA_CHAIN; i++) {
        b.certificate[b.count] = sk_X509_value(others, i);
        X509_up_ref(b.certificate[b.count++]);
    }
    put_in_order(&b);
    int result = check(&b, name);
    if (result >= 0)
        result = save(path, &b);
    sk_X509_pop_free(others, X509_free);
    PKCS12_free(p12);
    drop(&b);
    return result;
}

int bt_c2pa_signer_show(const char *path, char **pem)
{
    struct bt_c2pa_signer signer;
    struct bundle b = {0};
    int result = bt_c2pa_signer_load(&signer, path);
    if (result < 0)
        return result;
    bt_c2pa_signer_free(&signer);
    result = read_file(path, &b);
    BIO *bio = result >= 0 ? BIO_new(BIO_s_mem()) : NULL;
    for (int i = 0; bio && i < b.count; i++)
        X509_print_ex(bio, b.certificate[i], 0, X509_FLAG_NO_PUBKEY | X509_FLAG_NO_SIGDUMP),
            PEM_write_bio_X509(bio, b.certificate[i]);
    char *data = NULL;
    const long size = bio ? BIO_get_mem_data(bio, &data) : 0;
    if (result >= 0 && size > 0) {
        *pem = bt_alloc((size_t)size + 1);
        if (*pem) {
            memcpy(*pem, data, (size_t)size);
            (*pem)[size] = 0;
        }
    }
    if (result >= 0 && (size <= 0 || !*pem))
        result = BAUTA_E_NO_MEMORY;
    BIO_free(bio);
    drop(&b);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include <bauta/identity.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "verify/words/words.h"

static int fail_memory(void)
{
    bt_error("out of memory for the book of code words");
    return BAUTA_E_NO_MEMORY;
}

// Pages ---------------------------------------------------------------------------------

void bt_pages_finish(struct bt_pages *pages)
{
    if (pages->pair)
        OPENSSL_cleanse(pages->pair, (size_t)pages->count * sizeof *pages->pair);
    bt_free(pages->pair);
    if (pages->lock >= 0)
        close(pages->lock);
    *pages = (struct bt_pages){.lock = -1};
}

struct bt_pair *bt_pages_find(const struct bt_pages *pages, const char *name)
{
    for (int i = 0; i < pages->count; i++) {
        if (!strcmp(pages->pair[i].name, name))
            return &pages->pair[i];
    }
    return NULL;
}

int bt_pages_need(const struct bt_pages *pages, const char *name, bool ready,
                  struct bt_pair **out)
{
    struct bt_pair *pair = name ? bt_pages_find(pages, name) : NULL;
    if (!pair) {
        bt_error("'%.80s': there is no pair of this name in the book of code words",
                 name ? name : "");
        return BAUTA_E_NOT_FOUND;
    }
    if (ready && pair->state != BAUTA_PAIR_READY) {
        bt_error("%s: the pairing is not at its end (%s), so there are no words yet",
                 name, bauta_pair_state_name(pair->state));
        return BAUTA_E_USAGE;
    }
    *out = pair;
    return 0;
}

int bt_pages_add(struct bt_pages *pages, const char *name, struct bt_pair **out)
{
    if (bauta_name_check(name)) {
        bt_error(
            "'%.80s': a pair's name has 1 to 64 letters (a to z), digits, - and _, and "
            "does not begin with -",
            name ? name : "");
        return BAUTA_E_USAGE;
    }
    if (bt_pages_find(pages, name)) {
        bt_error("%s: a pair of this name is in the book already; take another name, or "
                 "remove it first",
                 name);
        return BAUTA_E_EXISTS;
    }
    if (pages->count >= BT_PAIRS_MAX) {
        bt_error("the book of code words is full: it has %d pairs", pages->count);
        return BAUTA_E_TOO_LARGE;
    }
    struct bt_pair *more = bt_alloc_array((size_t)pages->count + 1, sizeof *more);
    if (!more)
        return fail_memory();
    int at = 0;
    while (at < pages->count && strcmp(pages->pair[at].name, name) < 0)
        at++;
    if (at)
        memcpy(more, pages->pair, (size_t)at * sizeof *more);
    if (at < pages->count)
        memcpy(more + at + 1, pages->pair + at,
               (size_t)(pages->count - at) * sizeof *more);
    if (pages->pair)
        OPENSSL_cleanse(pages->pair, (size_t)pages->count * sizeof *more);
    bt_free(pages->pair);
    pages->pair = more;
    pages->count++;
    snprintf(more[at].name, sizeof more[at].name, "%s", name);
    more[at].made = bt_words_now();
    *out = &more[at];
    return 0;
}

void bt_pages_remove(struct bt_pages *pages, struct bt_pair *pair)
{
    struct bt_pair *last = &pages->pair[pages->count - 1];
    memmove(pair, pair + 1, (size_t)(last - pair) * sizeof *pair);
    OPENSSL_cleanse(last, sizeof *last);
    pages->count--;
}

// The file ------------------------------------------------------------------------------

int bauta_codebook_path(char *path, size_t size)
{
    if (!path)
        return BAUTA_E_USAGE;
    const int result = bt_data_folder(path, size, "", "code words", 0);
    if (result < 0)
        return result;
    strcat(path, "/codewords");
    return 0;
}

static bool is_there(const char *path)
{
    struct stat info;
    return !lstat(path, &info) || (errno != ENOENT && errno != ENOTDIR);
}

// Whoever changes the book holds the lock of its folder.
static int lock(const char *path, int *out)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const int length = slash ? (int)(slash - path) : 0;
    if (length >= PATH_MAX)
        return BAUTA_E_USAGE;
    snprintf(folder, sizeof folder, "%.*s", slash ? length : 1, slash ? path : ".");
    const int fd = open(slash == path ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool failed = fd < 0;
    while (!failed && flock(fd, LOCK_EX))
        failed = errno != EINTR;
    if (!failed) {
        *out = fd;
        return 0;
    }
    const int why = errno;
    bt_error("%s: its folder cannot be locked: %s", path, strerror(why));
    if (fd >= 0)
        close(fd);
    return bt_file_error(why);
}

int bt_book_read(struct bauta_codebook *book, bool change, struct bt_pages *out)
{
    struct bt_pages pages = {.lock = -1};
    uint8_t *data = NULL, *inner = NULL;
    size_t size = 0, inner_size = 0;
    int held = -1;
    int result = change ? lock(book->path, &held) : 0;
    if (result < 0)
        return result;
    if (book->fresh && !is_there(book->path))
        goto done;
    result = bt_file_read(book->path, BT_BOOK_MAX, &data, &size);
    if (!result)
        result = bt_seal_read(&book->seal, data, size, book->path, &inner, &inner_size);
    if (!result)
        result = bt_pages_unpack(inner, inner_size, book->path, &pages);
    if (inner)
        OPENSSL_cleanse(inner, inner_size);
    bt_free(inner);
    bt_free(data);
    if (result < 0) {
        if (held >= 0)
            close(held);
        return result;
    }

done:
    pages.lock = held;
    *out = pages;
    return 0;
}

static int write_file(const struct bauta_codebook *book, const uint8_t *data, size_t size)
{
    uint8_t *sealed = NULL;
    size_t sealed_size = 0;
    int result = bt_seal_write(&book->seal, data, size, &sealed, &sealed_size);
    if (!result)
        result = bt_file_save_private(book->path, sealed, sealed_size, 1);
    bt_free(sealed);
    return result;
}

int bt_book_write(struct bauta_codebook *book, const struct bt_pages *pages)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!pages->count) {
        if (unlink(book->path) && errno != ENOENT) {
            const int why = errno;
            bt_error("%s: cannot be deleted: %s", book->path, strerror(why));
            return bt_file_error(why);
        }
        book->fresh = true;
        return 0;
    }
    int result = bt_pages_pack(pages, &data, &size);
    if (result < 0)
        return result;
    result = write_file(book, data, size);
    OPENSSL_cleanse(data, size);
    bt_free(data);
    if (!result)
        book->fresh = false;
    return result;
}

// Opening -------------------------------------------------------------------------------

static int check_passphrase(const char *passphrase, bool new)
{
    const size_t length =
        passphrase ? strnlen(passphrase, BAUTA_CODEWORD_PASSPHRASE_MAX + 1) : 0;
    if (new &&length < BAUTA_CODEWORD_PASSPHRASE_MIN) {
        bt_error(
            "a passphrase has at least %d letters; four words that have nothing to do "
            "with each other are good",
            BAUTA_CODEWORD_PASSPHRASE_MIN);
        return BAUTA_E_USAGE;
    }
    if (!length || length > BAUTA_CODEWORD_PASSPHRASE_MAX) {
        bt_error("the passphrase is %s", length ? "too long" : "missing");
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int open_there(struct bauta_codebook *book, const char *passphrase)
{
    uint8_t *data = NULL;
    size_t size = 0;
    struct stat info;
    int result = check_passphrase(passphrase, false);
    if (!result)
        result = bt_file_read(book->path, BT_BOOK_MAX, &data, &size);
    if (!result && !stat(book->path, &info) && (info.st_mode & 077))
        bt_warn("%s: others may read this file; it is encrypted, but chmod 600 is right",
                book->path);
    if (!result)
        result = bt_seal_open(data, size, passphrase, book->path, &book->seal);
    bt_free(data);
    // That the rest is whole is known before anything is asked of it.
    struct bt_pages pages = {.lock = -1};
    if (!result)
        result = bt_book_read(book, false, &pages);
    bt_pages_finish(&pages);
    return result;
}

static int open_new(struct bauta_codebook *book, const char *passphrase, bool folder)
{
    char path[PATH_MAX];
    int result = check_passphrase(passphrase, true);
    if (!result && folder)
        result = bt_data_folder(path, sizeof path, "", "code words", 1);
    if (!result)
        result = bt_seal_new(passphrase, &book->seal);
    book->fresh = true;
    return result;
}

int bauta_codebook_open(const char *path, const char *passphrase, int make,
                        struct bauta_codebook **out)
{
    char place[PATH_MAX];
    if (!out) {
        bt_error("bauta_codebook_open: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = path ? 0 : bauta_codebook_path(place, sizeof place);
    if (result < 0)
        return result;
    struct bauta_codebook *book = bt_zalloc(sizeof *book);
    if (book)
        book->path = bt_strdup(path ? path : place);
    if (!book || !book->path) {
        bauta_codebook_close(&book);
        return fail_memory();
    }
    if (is_there(book->path)) {
        result = open_there(book, passphrase);
    } else if (make) {
        result = open_new(book, passphrase, !path);
    } else {
        bt_error("%s: there is no book of code words yet; bauta codeword pair begins one",
                 book->path);
        result = BAUTA_E_NOT_FOUND;
    }
    if (result < 0) {
        bauta_codebook_close(&book);
        return result;
    }
    *out = book;
    return 0;
}

void bauta_codebook_close(struct bauta_codebook **book)
{
    if (!book || !*book)
        return;
    bt_free((*book)->path);
    OPENSSL_cleanse(*book, sizeof **book);
    bt_freep(book);
}

int bauta_codebook_rekey(struct bauta_codebook *book, const char *passphrase)
{
    struct bt_pages pages;
    struct bauta_codebook other;
    if (!book)
        return BAUTA_E_USAGE;
    int result = check_passphrase(passphrase, true);
    if (!result)
        result = bt_book_read(book, true, &pages);
    if (result < 0)
        return result;
    other = *book;
    result = bt_seal_new(passphrase, &other.seal);
    if (!result)
        result = bt_book_write(&other, &pages);
    if (!result)
        *book = other;
    OPENSSL_cleanse(&other, sizeof other);
    bt_pages_finish(&pages);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
//
// The book on the disk: whose it is, passphrases, changed bytes, folders and disks that
// take nothing, memory that runs out.

#include "words.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/file.h"

typedef char message[BAUTA_CODEWORD_MESSAGE_BYTES];

static uint8_t *read_all(const char *path, size_t *size)
{
    uint8_t *data = NULL;
    CHECK_INT(bt_file_read(path, BT_BOOK_MAX, &data, size), 0);
    return data;
}

static void write_all(const char *path, const uint8_t *data, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK_INT(write(fd, data, size), (long long)size);
    close(fd);
}

static void test_file(void)
{
    const char *path = place("file");
    struct bauta_codebook *book = NULL;
    struct stat info;
    message text[1], reply;
    // Nothing is made before there is something to keep.
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 0, &book), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 1, &book), 0);
    CHECK(stat(path, &info) != 0);
    CHECK_INT(bauta_codebook_take(book, "ben", "nonsense", reply), BAUTA_E_FORMAT);
    CHECK(stat(path, &info) != 0);
    umask(0);
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    CHECK(!stat(path, &info) && (info.st_mode & 0777) == 0600);
    umask(022);

    // Neither the secret nor the name is to be seen in it.
    size_t size = 0;
    struct bt_message read;
    uint8_t *data = read_all(path, &size);
    CHECK_INT(bt_message_read(text[0], &read), 0);
    CHECK(!memmem(data, size, read.key, BT_SECRET_BYTES));
    CHECK(!memmem(data, size, "ben", 3));
    bt_free(data);

    CHECK_INT(bauta_codebook_offer(book, "ada", 3, (message[2]){{0}}), 0);
    CHECK_INT(bauta_codebook_remove(book, "carl"), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codebook_remove(book, "ben"), 0);
    CHECK_INT(bauta_codebook_remove(book, "ada"), 0);
    CHECK(stat(path, &info) != 0);
    // What is empty can be filled again by the same handle.
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    CHECK_INT(bauta_codebook_remove(book, "ben"), 0);
    bauta_codebook_close(&book);
    CHECK(!book);
    bauta_codebook_close(&book);
}

static int collect_names(void *opaque, const struct bauta_pair_info *info)
{
    strcat(opaque, info->name);
    strcat(opaque, " ");
    return strcmp(info->name, "m") ? 0 : 7;
}

static void test_list(void)
{
    struct bauta_codebook *book = book_of("list");
    char names[256] = "", name[8];
    message text[7];
    static const char order[] = "qcmaz";
    for (int i = 0; order[i]; i++) {
        snprintf(name, sizeof name, "%c", order[i]);
        CHECK_INT(bauta_codebook_offer(book, name, 2 + i, text), 0);
    }
    CHECK_INT(bauta_codebook_list(book, collect_names, names), 7);
    CHECK_TEXT(names, "a c m ");
    CHECK_INT(bauta_codebook_remove(book, "m"), 0);
    names[0] = 0;
    CHECK_INT(bauta_codebook_list(book, collect_names, names), 0);
    CHECK_TEXT(names, "a c q z ");
    struct bauta_pair_info info;
    CHECK_INT(bauta_codebook_info(book, "z", &info), 0);
    CHECK(info.people == 6 && info.state == BAUTA_PAIR_READY && info.made == clock_now &&
          !info.accepted && !info.locked);
    for (int i = 0; i < BT_PAIRS_MAX; i++) {
        snprintf(name, sizeof name, "n%d", i);
        const int result = bauta_codebook_offer(book, name, 2, text);
        CHECK_INT(result, i < BT_PAIRS_MAX - 4 ? 0 : BAUTA_E_TOO_LARGE);
    }
    bauta_codebook_close(&book);
}

static void test_passphrase(void)
{
    const char *path = place("passphrase");
    struct bauta_codebook *book = NULL, *second = NULL;
    struct bauta_phrase said;
    message text[1];
    char large[BAUTA_CODEWORD_PASSPHRASE_MAX + 2];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = 0;
    CHECK_INT(bauta_codebook_open(path, "short", 1, &book), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_open(path, "", 1, &book), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_open(path, NULL, 1, &book), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_open(path, large, 1, &book), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 1, &book), 0);
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    CHECK_INT(bauta_codebook_open(path, "correct mule Battery", 0, &second),
              BAUTA_E_PASSPHRASE);
    CHECK(strstr(last_error, path) && !second);
    CHECK_INT(bauta_codebook_open(path, "", 0, &second), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 1, &second), 0);

    CHECK_INT(bauta_codebook_rekey(book, "short"), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_rekey(book, "an other passphrase"), 0);
    CHECK_INT(bauta_codebook_show(book, "ben", &said), 0);
    // Who has it open with the old one must ask again, and cannot put the old one back.
    CHECK_INT(bauta_codebook_show(second, "ben", &said), BAUTA_E_PASSPHRASE);
    CHECK_INT(bauta_codebook_offer(second, "carl", 2, text), BAUTA_E_PASSPHRASE);
    bauta_codebook_close(&second);
    bauta_codebook_close(&book);
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 0, &book), BAUTA_E_PASSPHRASE);
    CHECK_INT(bauta_codebook_open(path, "an other passphrase", 0, &book), 0);
    bauta_codebook_close(&book);
}

static void test_tampered(void)
{
    const char *path = place("tampered");
    struct bauta_codebook *book = book_of("tampered"), *again = NULL;
    struct bauta_phrase said;
    message text[1];
    size_t size = 0;
    int opened = 0, said_so = 0, passphrase = 0;
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    uint8_t *good = read_all(path, &size);
    // One bit of any byte.
    for (size_t i = 0; i < size; i++) {
        good[i] ^= (uint8_t)(1 << i % 8);
        write_all(path, good, size);
        const int result = bauta_codebook_open(path, PASSPHRASE, 0, &again);
        opened += result >= 0;
        passphrase += result == BAUTA_E_PASSPHRASE;
        said_so += result == BAUTA_E_TAMPERED;
        good[i] ^= (uint8_t)(1 << i % 8);
        bauta_codebook_close(&again);
    }
    CHECK_INT(opened, 0);
    // All but the head's first 44 bytes: whether those or the passphrase are wrong cannot
    // be told apart.
    CHECK_INT(said_so, (int)size - 44);
    CHECK(passphrase >= 32);
    // Cut short anywhere, or longer.
    for (size_t cut = 0; cut < size; cut += 7) {
        write_all(path, good, cut);
        opened += bauta_codebook_open(path, PASSPHRASE, 0, &again) >= 0;
    }
    uint8_t *longer = bt_zalloc(size + 1);
    memcpy(longer, good, size);
    write_all(path, longer, size + 1);
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 0, &again), BAUTA_E_TAMPERED);
    CHECK_INT(opened, 0);
    // While it is open, too; and a change of it does not overwrite what cannot be read.
    CHECK_INT(bauta_codebook_show(book, "ben", &said), BAUTA_E_TAMPERED);
    CHECK_INT(bauta_codebook_offer(book, "carl", 2, text), BAUTA_E_TAMPERED);
    unlink(path);
    CHECK_INT(bauta_codebook_show(book, "ben", &said), BAUTA_E_NOT_FOUND);
    write_all(path, good, size);
    CHECK_INT(bauta_codebook_show(book, "ben", &said), 0);
    bt_free(longer);
    bt_free(good);
    bauta_codebook_close(&book);
}

static void test_cost(void)
{
    // A head that asks for more memory than any of ours is not tried.
    struct bauta_codebook *book = NULL;
    uint8_t data[200] = "bautacw\1\x1f\x08\x01";
    write_all(place("cost"), data, sizeof data);
    CHECK_INT(bauta_codebook_open(place("cost"), PASSPHRASE, 0, &book),
              BAUTA_E_UNSUPPORTED);
    data[8] = 10, data[7] = 2;
    write_all(place("cost"), data, sizeof data);
    CHECK_INT(bauta_codebook_open(place("cost"), PASSPHRASE, 0, &book),
              BAUTA_E_UNSUPPORTED);
    CHECK(strstr(last_error, "version 2"));
    data[0] = 'B';
    write_all(place("cost"), data, sizeof data);
    CHECK_INT(bauta_codebook_open(place("cost"), PASSPHRASE, 0, &book), BAUTA_E_FORMAT);
    CHECK_INT(bauta_codebook_open(folder, PASSPHRASE, 1, &book), BAUTA_E_FORMAT);
    const int fd = open(place("large"), O_WRONLY | O_CREAT, 0600);
    CHECK_INT(ftruncate(fd, BT_BOOK_MAX + 1), 0);
    close(fd);
    CHECK_INT(bauta_codebook_open(place("large"), PASSPHRASE, 0, &book),
              BAUTA_E_TOO_LARGE);
    // The real cost, once.
    bt_words_set_seam(NULL);
    message text[1];
    CHECK_INT(bauta_codebook_open(place("dear"), PASSPHRASE, 1, &book), 0);
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    bauta_codebook_close(&book);
    size_t size = 0;
    uint8_t *made = read_all(place("dear"), &size);
    CHECK_INT(made[8], 17);
    bt_free(made);
    CHECK_INT(bauta_codebook_open(place("dear"), "correct mule batter!", 0, &book),
              BAUTA_E_PASSPHRASE);
    CHECK_INT(bauta_codebook_open(place("dear"), PASSPHRASE, 0, &book), 0);
    bauta_codebook_close(&book);
    bt_words_set_seam(&quick);
}

// What cannot be remembered is not accepted, and what was there stays as it was.
static void test_full(void)
{
    struct bauta_codebook *anna = book_of("full-a"), *ben = book_of("full-b");
    struct bauta_codeword_result result = {.verdict = (enum bauta_codeword_verdict)99};
    struct bauta_phrase said, question = {"untouched", 0}, duress;
    struct rlimit before, none;
    message text[1] = {"untouched"}, reply = "untouched";
    size_t size = 0, now = 0;
    pair_up(anna, ben);
    CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
    CHECK_INT(bauta_codebook_duress(anna, "ben", &duress), 0);
    uint8_t *kept = read_all(place("full-b"), &size);
    CHECK(!getrlimit(RLIMIT_FSIZE, &before));
    none = before;
    none.rlim_cur = 10;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(!setrlimit(RLIMIT_FSIZE, &none));
    CHECK_INT(bauta_codebook_check(ben, "anna", said.text, &result), BAUTA_E_DISK_FULL);
    CHECK_INT(result.verdict, 99);
    CHECK_INT(bauta_codebook_ask(ben, "anna", &question), BAUTA_E_DISK_FULL);
    CHECK_TEXT(question.text, "untouched");
    CHECK_INT(bauta_codebook_offer(ben, "carl", 2, text), BAUTA_E_DISK_FULL);
    CHECK(strncmp(text[0], "BAUTA:", 6) != 0);
    CHECK_INT(bauta_codebook_begin(ben, "carl", reply), BAUTA_E_DISK_FULL);
    CHECK_TEXT(reply, "untouched");
    CHECK_INT(bauta_codebook_rekey(ben, "an other passphrase"), BAUTA_E_DISK_FULL);
    // Who is in need is heard.
    CHECK_INT(bauta_codebook_check(ben, "anna", duress.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_DURESS);
    CHECK(!setrlimit(RLIMIT_FSIZE, &before));
    uint8_t *after = read_all(place("full-b"), &now);
    CHECK(now == size && !memcmp(kept, after, size));
    CHECK_INT(check_of(ben, "anna", said.text), BAUTA_CODEWORD_RIGHT);
    bt_free(kept);
    bt_free(after);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_folder(void)
{
    struct bauta_codebook *book = NULL;
    message text[1];
    char path[200];
    snprintf(path, sizeof path, "%s/nowhere/book", folder);
    CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 1, &book), 0);
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), BAUTA_E_NOT_FOUND);
    bauta_codebook_close(&book);
    // Root writes anywhere; as somebody else a folder that may not be written to says so.
    snprintf(path, sizeof path, "%s/shut", folder);
    CHECK_INT(mkdir(path, 0500), 0);
    if (geteuid() != 0 || !seteuid(65534)) {
        if (geteuid() == 65534)
            seteuid(0), CHECK_INT(chown(path, 65534, 65534), 0),
                CHECK_INT(chmod(folder, 0755), 0), CHECK_INT(seteuid(65534), 0);
        strcat(path, "/book");
        CHECK_INT(bauta_codebook_open(path, PASSPHRASE, 1, &book), 0);
        CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), BAUTA_E_PERMISSION);
        CHECK(strstr(last_error, path));
        bauta_codebook_close(&book);
        if (getuid() == 0)
            CHECK_INT(seteuid(0), 0);
    }

    // The usual place is made for the user alone.
    struct stat info;
    char data[100];
    snprintf(data, sizeof data, "%s/data", folder);
    setenv("XDG_DATA_HOME", data, 1);
    CHECK_INT(bauta_codebook_path(path, sizeof path), 0);
    CHECK(!strncmp(path, data, strlen(data)) && strstr(path, "/bauta/codewords"));
    CHECK_INT(bauta_codebook_path(path, 20), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codebook_open(NULL, PASSPHRASE, 1, &book), 0);
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    CHECK(!stat(data, &info) && (info.st_mode & 0777) == 0700);
    bauta_codebook_close(&book);
    setenv("XDG_DATA_HOME", "", 1);
    setenv("HOME", "", 1);
    CHECK_INT(bauta_codebook_open(NULL, PASSPHRASE, 1, &book), BAUTA_E_NOT_FOUND);
}

// Every allocation fails once; nothing leaks, nothing half-made is left.
static void test_memory(void)
{
    struct bauta_codebook *anna = book_of("memory-a"), *ben = book_of("memory-b");
    struct bauta_codebook *book = NULL;
    struct bauta_codeword_result result;
    struct bauta_phrase said;
    message reply;
    int failed = 0;
    pair_up(anna, ben);
    for (int n = 1; n < 40; n++) {
        clock_now += 300;
        bt_alloc_fail_after(0);
        CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
        bt_alloc_fail_after(n);
        const int opened = bauta_codebook_open(place("memory-b"), PASSPHRASE, 0, &book);
        const int checked =
            opened ? opened : bauta_codebook_check(book, "anna", said.text, &result);
        const int begun = checked ? checked : bauta_codebook_begin(book, "carl", reply);
        bt_alloc_fail_after(0);
        CHECK(!begun || begun == BAUTA_E_NO_MEMORY);
        failed += begun != 0;
        if (!begun)
            CHECK_INT(bauta_codebook_remove(book, "carl"), 0);
        bauta_codebook_close(&book);
    }
    CHECK(failed > 8 && failed < 39);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_arguments(void)
{
    struct bauta_codebook *book = book_of("arguments");
    CHECK_INT(bauta_codebook_open(NULL, PASSPHRASE, 1, NULL), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_list(book, NULL, NULL), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_info(NULL, "a", NULL), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_show(book, NULL, &(struct bauta_phrase){{0}, 0}),
              BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codebook_check(book, "a", "banana falcon canoe", NULL),
              BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_offer(book, NULL, 2, (message[1]){{0}}), BAUTA_E_USAGE);
    CHECK_TEXT(bauta_pair_state_name(BAUTA_PAIR_ALOUD), "aloud");
    CHECK(!bauta_pair_state_name((enum bauta_pair_state)4));
    CHECK_TEXT(bauta_codeword_verdict_name(BAUTA_CODEWORD_EXPIRED), "expired");
    CHECK(!bauta_codeword_verdict_name((enum bauta_codeword_verdict) - 1));
    CHECK_TEXT(bauta_strerror(BAUTA_E_PASSPHRASE), "wrong passphrase");
    bauta_codebook_close(&book);
}

int main(void)
{
    words_begin();
    test_file();
    test_list();
    test_passphrase();
    test_tampered();
    test_cost();
    test_full();
    test_folder();
    test_memory();
    test_arguments();
    return words_end();
}

// SPDX-License-Identifier: Apache-2.0
// The folder of enrolled faces: names, permissions, a full disk, leftovers, removal.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../swap/made.h"
#include "../swap/person.h"
#include "base/log.h"

static char home[64], last[512];

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level;
    snprintf(last, sizeof last, "%s", line);
}

static const char *at(const char *rest)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[0], "%s%s", home, rest);
    return path[turn];
}

static int mode(const char *rest)
{
    struct stat info;
    return stat(at(rest), &info) ? -1 : (int)(info.st_mode & 07777);
}

static int entries(const char *rest)
{
    int count = 0;
    DIR *dir = opendir(at(rest));
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return dir ? count - 2 : -1;
}

static void names(void)
{
    static const char *const bad[] = {"",     ".",     "..",   "a/b", "../a", "a.b", "-a",
                                      "a b",  "\xc3\xa9", "a\n", "/a",  "a\\b", "~"};
    char name[BAUTA_NAME_MAX + 2];
    struct bauta_identity *back = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(bauta_name_check(bad[i]), BAUTA_E_USAGE);
        CHECK_INT(bauta_identity_load(bad[i], &back), BAUTA_E_USAGE);
        CHECK_INT(bauta_identity_remove(bad[i]), BAUTA_E_USAGE);
    }
    CHECK_INT(bauta_name_check(NULL), BAUTA_E_USAGE);
    memset(name, 'a', sizeof name);
    name[BAUTA_NAME_MAX + 1] = 0;
    CHECK_INT(bauta_name_check(name), BAUTA_E_USAGE);
    name[BAUTA_NAME_MAX] = 0;
    CHECK_INT(bauta_name_check(name), 0);
    CHECK_INT(bauta_name_check("Anna-2_b"), 0);
}

static int gather(void *opaque, const char *name)
{
    strcat(strcat(opaque, name), " ");
    return 0;
}

static int stop(void *opaque, const char *name)
{
    (void)name;
    return ++*(int *)opaque;
}

static void keep(const struct bauta_identity *who)
{
    struct bauta_identity *back = NULL;
    char all[256] = "";
    CHECK_INT(bauta_identity_list(gather, all), 0);
    CHECK_TEXT(all, "");
    CHECK_INT(bauta_identity_load("anna", &back), BAUTA_E_NOT_FOUND);
    const mode_t mask = umask(0);
    CHECK_INT(bauta_identity_save(who, "anna", 0), 0);
    umask(0777);
    CHECK_INT(bauta_identity_save(who, "anna10", 0), 0);
    umask(mask);
    CHECK_INT(mode("/new/bauta"), 0700);
    CHECK_INT(mode("/new/bauta/faces"), 0700);
    CHECK_INT(mode("/new/bauta/faces/anna.face"), 0600);
    CHECK_INT(mode("/new/bauta/faces/anna10.face"), 0600);
    CHECK_INT(bauta_identity_save(who, "anna", 0), BAUTA_E_EXISTS);
    // A folder that was open to others is not any more.
    chmod(at("/new/bauta/faces"), 0755);
    CHECK_INT(bauta_identity_save(who, "anna", 1), 0);
    CHECK_INT(mode("/new/bauta/faces"), 0700);
    CHECK_INT(entries("/new/bauta/faces"), 2);
    CHECK_INT(bauta_identity_load("anna", &back), 0);
    CHECK(back && !memcmp(back->face.vertex, who->face.vertex, sizeof who->face.vertex));
    bauta_identity_unref(&back);

    CHECK_INT(bauta_identity_save(who, "anna9", 0), 0);
    close(open(at("/new/bauta/faces/note.txt"), O_CREAT | O_WRONLY, 0600));
    close(open(at("/new/bauta/faces/a b.face"), O_CREAT | O_WRONLY, 0600));
    CHECK_INT(bauta_identity_list(gather, all), 0);
    CHECK_TEXT(all, "anna anna9 anna10 ");
    int seen = 0;
    CHECK_INT(bauta_identity_list(stop, &seen), 1);
    CHECK_INT(seen, 1);
    unlink(at("/new/bauta/faces/a b.face"));
}

static void full_disk(const struct bauta_identity *who)
{
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    const struct rlimit small = {100000, before.rlim_max};
    const int count = entries("/new/bauta/faces");
    setrlimit(RLIMIT_FSIZE, &small);
    CHECK_INT(bauta_identity_save(who, "ben", 0), BAUTA_E_DISK_FULL);
    CHECK_INT(bauta_identity_save(who, "anna", 1), BAUTA_E_DISK_FULL);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(strstr(last, "anna.face"));
    CHECK_INT(entries("/new/bauta/faces"), count);
    // What was there stays whole.
    struct bauta_identity *back = NULL;
    CHECK_INT(bauta_identity_load("anna", &back), 0);
    bauta_identity_unref(&back);
}

static void no_memory(const struct bauta_identity *who)
{
    struct bauta_identity *back = NULL;
    const int count = entries("/new/bauta/faces");
    int error = -1;
    for (int n = 1; error && n < 100; n++) {
        bt_alloc_fail_after(n);
        error = bauta_identity_save(who, "carl", 0);
        bt_alloc_fail_after(0);
        CHECK(error == 0 || error == BAUTA_E_NO_MEMORY);
        CHECK_INT(entries("/new/bauta/faces"), count + !error);
    }
    CHECK_INT(error, 0);
    error = -1;
    for (int n = 1; error && n < 100; n++) {
        bt_alloc_fail_after(n);
        error = bauta_identity_load("carl", &back);
        bt_alloc_fail_after(0);
        CHECK(error == 0 || error == BAUTA_E_NO_MEMORY);
    }
    bauta_identity_unref(&back);
    CHECK_INT(error, 0);
    char all[256] = "";
    for (int n = 1; n < 100; n++) {
        bt_alloc_fail_after(n);
        error = bauta_identity_list(gather, all);
        bt_alloc_fail_after(0);
        if (!error)
            break;
        CHECK_INT(error, BAUTA_E_NO_MEMORY);
        all[0] = 0;
    }
    CHECK(strstr(all, "carl "));
    CHECK_INT(bauta_identity_remove("carl"), 0);
}

static void damaged(const struct bauta_identity *who)
{
    struct bauta_identity *back = NULL;
    CHECK_INT(bauta_identity_save(who, "dora", 0), 0);
    const int fd = open(at("/new/bauta/faces/dora.face"), O_WRONLY);
    CHECK(pwrite(fd, "x", 1, 70000) == 1);
    close(fd);
    CHECK_INT(bauta_identity_load("dora", &back), BAUTA_E_FORMAT);
    CHECK(strstr(last, "dora.face"));
    CHECK_INT(truncate(at("/new/bauta/faces/dora.face"), 20 << 20), 0);
    CHECK_INT(bauta_identity_load("dora", &back), BAUTA_E_TOO_LARGE);
    CHECK_INT(truncate(at("/new/bauta/faces/dora.face"), 0), 0);
    CHECK_INT(bauta_identity_load("dora", &back), BAUTA_E_FORMAT);
    CHECK_INT(bauta_identity_remove("dora"), 0);
    CHECK(!back);
}

static void remove_all(void)
{
    // What a killed program left of anna goes with her, others' does not.
    close(open(at("/new/bauta/faces/.anna.abcdef.face"), O_CREAT | O_WRONLY, 0600));
    close(open(at("/new/bauta/faces/.anna9.abcdef.face"), O_CREAT | O_WRONLY, 0600));
    CHECK_INT(bauta_identity_remove("anna"), 0);
    CHECK_INT(mode("/new/bauta/faces/.anna.abcdef.face"), -1);
    CHECK_INT(mode("/new/bauta/faces/.anna9.abcdef.face"), 0600);
    CHECK_INT(bauta_identity_remove("anna"), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_identity_remove("anna10"), 0);
    CHECK_INT(bauta_identity_remove("anna9"), 0);
    CHECK_INT(entries("/new/bauta/faces"), 1);
    unlink(at("/new/bauta/faces/note.txt"));
    close(open(at("/new/bauta/faces/.eve.abcdef.face"), O_CREAT | O_WRONLY, 0600));
    CHECK_INT(bauta_identity_remove("eve"), 0);
    CHECK_INT(entries("/new/bauta"), -1);
    CHECK_INT(entries("/new"), 0);
}

static void places(const struct bauta_identity *who)
{
    struct bauta_identity *back = NULL;
    // A relative one is ignored.
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", at("/home"), 1);
    CHECK_INT(bauta_identity_save(who, "fred", 0), 0);
    CHECK_INT(mode("/home/.local/share/bauta/faces/fred.face"), 0600);
    CHECK_INT(bauta_identity_remove("fred"), 0);
    CHECK_INT(entries("/home/.local/share"), 0);
    unsetenv("HOME");
    CHECK_INT(bauta_identity_load("fred", &back), BAUTA_E_NOT_FOUND);
    CHECK(strstr(last, "XDG_DATA_HOME"));
    setenv("XDG_DATA_HOME", at("/file"), 1);
    close(open(at("/file"), O_CREAT | O_WRONLY, 0600));
    CHECK(bauta_identity_save(who, "fred", 0) < 0);
    CHECK_INT(bauta_identity_load("fred", &back), BAUTA_E_NOT_FOUND);
    unlink(at("/file"));
    rmdir(at("/home/.local/share"));
    rmdir(at("/home/.local"));
    rmdir(at("/home"));
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    snprintf(home, sizeof home, "/tmp/bauta-faces-XXXXXX");
    struct bauta_identity *who = made_person("self");
    if (!CHECK(mkdtemp(home) && who))
        return check_end();
    setenv("XDG_DATA_HOME", at("/new"), 1);
    names();
    keep(who);
    full_disk(who);
    no_memory(who);
    damaged(who);
    remove_all();
    places(who);
    rmdir(at("/new"));
    CHECK_INT(rmdir(home), 0);
    bauta_identity_unref(&who);
    return check_end();
}

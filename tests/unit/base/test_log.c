// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "../check.h"
#include "base/log.h"
#include "base/thread.h"

struct seen {
    int lines;
    enum bauta_log_level level;
    char last[4096];
};

static void record(void *opaque, enum bauta_log_level level, const char *line)
{
    struct seen *seen = opaque;
    seen->lines++;
    seen->level = level;
    snprintf(seen->last, sizeof(seen->last), "%s", line);
}

static void test_text(void)
{
    struct seen seen = {0};
    bauta_log_set(record, &seen);
    bt_warn("%s has %d", "clip.mp4", 3);
    CHECK_INT(seen.lines, 1);
    CHECK_INT(seen.level, BAUTA_LOG_WARNING);
    CHECK_TEXT(seen.last, "clip.mp4 has 3");
    bt_debug("x");
    CHECK_INT(seen.level, BAUTA_LOG_DEBUG);

    bt_error("%s", "a\nb\tc\x1b[31md\x7f" "e\r");
    CHECK_TEXT(seen.last, "a?b?c?[31md?e?");
    bt_error("%s", "gesch\xc3\xbctzt \xe2\x82\xac \xf0\x9f\x8e\xad");
    CHECK_TEXT(seen.last, "gesch\xc3\xbctzt \xe2\x82\xac \xf0\x9f\x8e\xad");
    // A C1 control, a lone continuation, an overlong slash, a surrogate, a cut character.
    bt_error("%s", "\xc2\x9b" "1 \x80 \xc0\xaf \xed\xa0\x80 \xe2\x82");
    CHECK_TEXT(seen.last, "??1 ? ?? ??? ??");
    CHECK_INT(seen.lines, 5);
    bauta_log_set(NULL, NULL);
}

static void test_length(void)
{
    struct seen seen = {0};
    char text[4000];
    bauta_log_set(record, &seen);
    memset(text, 'x', sizeof(text));
    text[2048] = 0;
    bt_info("%s", text);
    CHECK_INT((long long)strlen(seen.last), 2048);
    text[2048] = 'x', text[3000] = 0;
    bt_info("%s", text);
    CHECK_INT((long long)strlen(seen.last), 2048);
    // The cut goes through a character of three bytes, which leaves as a whole.
    memcpy(text + 2046, "\xe2\x82\xac", 3);
    bt_info("%s", text);
    CHECK_INT((long long)strlen(seen.last), 2046);
    CHECK(!strchr(seen.last, '?'));
    memcpy(text + 2045, "\xe2\x82\xac", 3);
    bt_info("%s", text);
    CHECK_INT((long long)strlen(seen.last), 2048);
    CHECK(!strchr(seen.last, '?'));
    bauta_log_set(NULL, NULL);
}

static void test_default(void)
{
    int pipe_ends[2];
    char text[512] = "";
    if (!CHECK(!pipe(pipe_ends)))
        return;
    const int old = dup(2);
    dup2(pipe_ends[1], 2);
    bt_error("one");
    bt_warn("two");
    bt_info("three");
    bt_debug("four");
    dup2(old, 2);
    close(old);
    close(pipe_ends[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(pipe_ends[0], text + used, sizeof(text) - 1 - used)) > 0;)
        used += (size_t)n;
    close(pipe_ends[0]);
    CHECK_TEXT(text, "bauta: error: one\nbauta: warning: two\n");
}

static atomic_int inside, most_inside, calls;

static void watch(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
    const int now = atomic_fetch_add(&inside, 1) + 1;
    if (now > atomic_load(&most_inside))
        atomic_store(&most_inside, now);
    sched_yield();
    atomic_fetch_add(&calls, 1);
    atomic_fetch_sub(&inside, 1);
}

static void *chatter(void *opaque)
{
    for (int i = 0; i < 500; i++)
        bt_info("%d of %p", i, opaque);
    return NULL;
}

static void test_one_at_a_time(void)
{
    bt_thread threads[4];
    bauta_log_set(watch, NULL);
    for (int i = 0; i < 4; i++)
        CHECK_INT(bt_thread_start(&threads[i], chatter, NULL), 0);
    for (int i = 0; i < 4; i++)
        bt_thread_join(threads[i]);
    bauta_log_set(NULL, NULL);
    CHECK_INT(atomic_load(&calls), 2000);
    CHECK_INT(atomic_load(&most_inside), 1);
}

int main(void)
{
    test_text();
    test_length();
    test_default();
    test_one_at_a_time();
    return check_end();
}

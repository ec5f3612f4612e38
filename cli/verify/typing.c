// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>

#include "verify/record.h"

enum { FORCE, JSON, QUIET, NAMES, HELP };

static const struct bt_flag flags[] = {
    [FORCE] = {"force", 0, false}, [JSON] = {"json", 0, false},
    [QUIET] = {"quiet", 'q', false}, [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},   {NULL, 0, false},
};

static const char help[] =
    "usage: bauta typing enrol NAME [TIMES] [--force]\n"
    "       bauta typing verify NAME [TIMES] [--json]\n"
    "       bauta typing list\n"
    "       bauta typing remove NAME\n"
    "\n"
    "How somebody types one text, by the times of its keys alone. TIMES is a text file\n"
    "with a repetition of the same text on each line: how long the first key was held,\n"
    "the time from letting it go to the next key, how long that was held, and so on, in\n"
    "seconds, with commas or spaces between; a key that goes down before the one before\n"
    "is up makes a time below zero. # begins a remark. Without TIMES a window comes in\n"
    "which the text is typed, 20 times to enrol and 3 times to verify. It is a hint, never\n"
    "a proof.\n"
    "\n"
    "  enrol NAME TIMES         learn from 20 to 500 repetitions of 6 to 64 keys, and keep\n"
    "                           it for you alone in $XDG_DATA_HOME/bauta/typing or\n"
    "                           ~/.local/share/bauta/typing; the text itself is not kept\n"
    "      --force              replace a signature of the same name\n"
    "  verify NAME TIMES        judge each repetition in a file\n"
    "      --json               write JSON to standard output\n"
    "  list                     the names\n"
    "  remove NAME              delete it\n"
    "  -q, --quiet              say errors and warnings only\n"
    "\n"
    "Exit status of verify: 0 most repetitions are alike, 43 they are not.\n";

enum { UNLIKE = 43, JUDGED = 3 };

struct job {
    const char *action, *name, *file;
    bool force, json, quiet, done;
};

static int take_word(struct job *job, const char *word)
{
    const char **const place = !job->action ? &job->action
                               : !job->name ? &job->name
                               : !job->file ? &job->file
                                            : NULL;
    if (!place) {
        bt_say_error("%s: what is this? bauta typing --help says more", word);
        return BAUTA_E_USAGE;
    }
    *place = word;
    return 0;
}

static int take(struct job *job, const struct bt_args *args, int flag)
{
    switch (flag) {
    case FORCE:
        job->force = true;
        return 0;
    case JSON:
        job->json = true;
        return 0;
    case QUIET:
        job->quiet = true;
        return 0;
    case NAMES:
        bt_print_flags(stdout, flags);
        job->done = true;
        return 0;
    case HELP:
        fputs(help, stdout);
        job->done = true;
        return 0;
    default:
        return take_word(job, args->value);
    }
}

// The times out of the file, or out of a window where there is none. file has one as
// bauta_typing_times gives it, typed is closed by the caller.
static int get_times(const struct job *job, int wanted, int text, struct bauta_key_time **file,
                     struct bt_recorder *typed, const struct bauta_key_time **keys, int *count,
                     int *samples)
{
    char title[100];
    int result = 0;
    if (job->file) {
        result = bauta_typing_times(job->file, file, count, samples);
        *keys = *file;
        return result;
    }
    if (!bt_record_open(typed, wanted, text)) {
        bt_say_error("out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    snprintf(title, sizeof title, "bauta: typing of %s", job->name);
    result = bt_record_window(typed, title);
    *keys = typed->times;
    *count = typed->keys;
    *samples = typed->samples;
    return result;
}

static int is_same(void *opaque, const char *name)
{
    return !strcmp(name, opaque);
}

static int enrol(struct job *job)
{
    struct bauta_key_time *file = NULL;
    const struct bauta_key_time *keys = NULL;
    struct bt_recorder typed = {0};
    struct bauta_typing *typing = NULL;
    int count = 0, samples = 0;
    int result = bauta_name_check(job->name);
    if (result < 0)
        bt_say_error("'%s': a name has 1 to %d letters (a to z), digits, - and _", job->name,
                     BAUTA_NAME_MAX);
    if (result >= 0 && !job->force)
        result = bauta_typing_list(is_same, (void *)job->name);
    if (result > 0) {
        bt_say_error("%s: there is a signature of this name; --force replaces it",
                     job->name);
        return BAUTA_E_EXISTS;
    }
    if (result >= 0)
        result = get_times(job, BAUTA_TYPING_SAMPLES_MIN, 0, &file, &typed, &keys, &count,
                           &samples);
    if (result >= 0)
        result = bauta_typing_enrol(keys, count, samples, &typing);
    if (result >= 0)
        result = bauta_typing_keep(typing, job->name, job->force);
    if (result >= 0 && !job->quiet)
        bt_say("%s: learnt from %d repetitions of %d keys", job->name, samples, count);
    bauta_typing_free(&typing);
    bauta_typing_times_free(&file);
    bt_record_close(&typed);
    return result;
}

static int judge(struct job *job, const struct bauta_typing *typing,
                 const struct bauta_key_time *keys, int count, int samples)
{
    struct bauta_typing_result found;
    struct bt_json json = {0};
    int alike = 0;
    int result = job->json ? bt_json_open(&json, "-") : 0;
    if (result >= 0 && job->json)
        bt_json_array(&json, NULL);
    for (int s = 0; s < samples && result >= 0; s++) {
        result = bauta_typing_verify(typing, keys + (size_t)s * (size_t)count, count, &found);
        if (result < 0)
            break;
        alike += found.alike;
        if (!job->json) {
            printf("%d: %s: score %.2f, where up to %.2f is usual; %.0f of 100 of the own "
                   "ones are as far off\n",
                   s + 1, found.alike ? "alike" : "unlike", found.score, found.limit,
                   100 * found.share);
            continue;
        }
        bt_json_object(&json, NULL);
        bt_json_text(&json, "alike", found.alike ? "yes" : "no");
        bt_json_number(&json, "score", found.score);
        bt_json_number(&json, "limit", found.limit);
        bt_json_number(&json, "share", found.share);
        bt_json_end_object(&json);
    }
    if (result >= 0 && job->json) {
        bt_json_end_array(&json);
        result = bt_json_commit(&json);
    }
    bt_json_finish(&json);
    return result < 0 ? result : 2 * alike > samples ? 0 : -UNLIKE;
}

static int verify(struct job *job)
{
    struct bauta_key_time *file = NULL;
    const struct bauta_key_time *keys = NULL;
    struct bt_recorder typed = {0};
    struct bauta_typing_info info = {0};
    struct bauta_typing *typing = NULL;
    int count = 0, samples = 0;
    int result = bauta_typing_find(job->name, &typing);
    if (result >= 0)
        result = bauta_typing_info(typing, &info);
    if (result >= 0)
        result = get_times(job, JUDGED, info.keys, &file, &typed, &keys, &count, &samples);
    if (result >= 0)
        result = judge(job, typing, keys, count, samples);
    bauta_typing_free(&typing);
    bauta_typing_times_free(&file);
    bt_record_close(&typed);
    return result;
}

static int print_name(void *opaque, const char *name)
{
    ++*(int *)opaque;
    puts(name);
    return 0;
}

static int list(struct job *job)
{
    int count = 0;
    const int result = bauta_typing_list(print_name, &count);
    if (result >= 0 && !count && !job->quiet)
        bt_say("there is no typing signature yet; bauta typing enrol NAME TIMES makes one");
    return result;
}

static int remove_one(struct job *job)
{
    const int result = bauta_typing_remove(job->name);
    if (result >= 0 && !job->quiet)
        bt_say("%s: removed", job->name);
    return result;
}

static int act(struct job *job)
{
    static const char *const words[] = {"enrol", "verify", "list", "remove", NULL};
    static int (*const run[])(struct job *) = {enrol, verify, list, remove_one};
    static const int wanted[] = {2, 2, 0, 1};
    const int given = (job->name != NULL) + (job->file != NULL);
    if (!job->action) {
        fputs(help, stderr);
        return BAUTA_E_USAGE;
    }
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], job->action) != 0)
            continue;
        if (given == wanted[i] || (wanted[i] == 2 && given == 1))
            return run[i](job);
        bt_say_error("typing %s: it takes %s; bauta typing --help says more", job->action,
                     wanted[i] == 2   ? "a name, and a file of times or the window"
                     : wanted[i] == 1 ? "a name"
                                      : "no name");
        return BAUTA_E_USAGE;
    }
    return bt_fail_action("typing", job->action, words,
                          "it is enrol, verify, list or remove");
}

int bt_cmd_typing(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    struct job job = {0};
    int flag = 0, result = 0;
    while (result >= 0 && !job.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = flag < 0 ? flag : take(&job, &args, flag);
    if (result >= 0 && !job.done)
        result = act(&job);
    return result;
}

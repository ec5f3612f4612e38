// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>
#include <time.h>

#include <bauta/motion.h>

enum { SECONDS, FORCE, MODELS, JSON, QUIET, VERBOSE, NAMES, HELP };

static const struct bt_flag flags[] = {
    [SECONDS] = {"seconds", 0, true}, [FORCE] = {"force", 0, false},
    [MODELS] = {"models", 0, true},   [JSON] = {"json", 0, false},
    [QUIET] = {"quiet", 'q', false},  [VERBOSE] = {"verbose", 'v', false},
    [NAMES] = {"names", 0, false},    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta signature enrol NAME FILM... [--seconds N] [--force]\n"
    "       bauta signature compare NAME FILM [--seconds N]\n"
    "       bauta signature list\n"
    "       bauta signature remove NAME\n"
    "\n"
    "How somebody moves the face while speaking, learnt from films of them, and whether\n"
    "the face in another film moves like that. A replaced face moves as the one who wore\n"
    "it. It is a hint beside others, never a proof; docs/signature.md says how good.\n"
    "\n"
    "  enrol NAME FILM...       learn from at least 3 minutes of one face, better 10, and\n"
    "                           keep it for you alone in $XDG_DATA_HOME/bauta/signatures\n"
    "                           or ~/.local/share/bauta/signatures\n"
    "      --force              replace a signature of the same name\n"
    "  compare NAME FILM        judge a film with at least 30 seconds of one face\n"
    "      --seconds N          look at the first N seconds of each film\n"
    "      --models FOLDER      of the model files\n"
    "  list                     names, minutes and dates\n"
    "  remove NAME              delete it\n"
    "      --json               write JSON to standard output, compare and list\n"
    "  -q, --quiet              say errors and warnings only\n"
    "  -v, --verbose            say more\n"
    "\n"
    "Exit status of compare: 0 alike, 43 unlike, 44 unclear, 45 too little of a face.\n";

enum { UNLIKE = 43, UNCLEAR = 44, TOO_LITTLE = 45 };

struct job {
    struct bauta_motion_params params;
    const char *action, *name;
    const char *film[BAUTA_MOTION_CLIPS_MAX];
    int films;
    bool force, json, quiet, done;
};

static int take_word(struct job *job, const char *word)
{
    if (!job->action)
        job->action = word;
    else if (!job->name)
        job->name = word;
    else if (job->films < BAUTA_MOTION_CLIPS_MAX)
        job->film[job->films++] = word;
    else {
        bt_say_error("%s: more than %d films", word, BAUTA_MOTION_CLIPS_MAX);
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int take_seconds(struct job *job, const char *text)
{
    int seconds = 0;
    const int result = bt_parse_int("--seconds", text, 1, 1000000, &seconds);
    job->params.most_seconds = seconds;
    return result;
}

static int take(struct job *job, const struct bt_args *args, int flag)
{
    switch (flag) {
    case SECONDS:
        return take_seconds(job, args->value);
    case FORCE:
        job->force = true;
        return 0;
    case MODELS:
        job->params.models = args->value;
        return 0;
    case JSON:
        job->json = true;
        return 0;
    case QUIET:
        job->quiet = true;
        return 0;
    case VERBOSE:
        bt_set_verbosity(BAUTA_LOG_INFO);
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

static int is_same(void *opaque, const char *name)
{
    return !strcmp(name, opaque);
}

static int enrol(struct job *job)
{
    struct bauta_motion *motion = NULL;
    struct bauta_motion_info info;
    if (!job->films) {
        bt_say_error("signature enrol %s: the film is missing", job->name);
        return BAUTA_E_USAGE;
    }
    int result = bauta_name_check(job->name);
    if (result < 0)
        bt_say_error("'%s': a name has 1 to %d letters (a to z), digits, - and _; it comes "
                     "first, then the films", job->name, BAUTA_NAME_MAX);
    if (result >= 0 && !job->force)
        result = bauta_motion_list(is_same, (void *)job->name);
    if (result > 0) {
        bt_say_error("%s: there is a signature of this name; --force replaces it",
                     job->name);
        return BAUTA_E_EXISTS;
    }
    if (result >= 0)
        result = bauta_motion_enrol(job->film, job->films, &job->params, &motion);
    if (result >= 0)
        result = bauta_motion_save(motion, job->name, job->force);
    if (result >= 0 && !job->quiet && !bauta_motion_info(motion, &info)) {
        bt_say("%s: learnt from %.1f minutes in %d film%s, %d windows of %.0f seconds",
               job->name, info.seconds / 60, info.films, info.films == 1 ? "" : "s",
               info.windows, BAUTA_MOTION_WINDOW);
        if (info.seconds < BAUTA_MOTION_ENROL_GOOD)
            bt_say("%s: %.0f minutes are good; with less it judges worse, and others pass "
                   "more easily", job->name, BAUTA_MOTION_ENROL_GOOD / 60);
    }
    bauta_motion_free(&motion);
    return result;
}

static int write_result(const struct job *job, const struct bauta_motion_result *r)
{
    struct bt_json json;
    const int result = bt_json_open(&json, "-");
    if (result < 0)
        return result;
    bt_json_object(&json, NULL);
    bt_json_text(&json, "name", job->name);
    bt_json_text(&json, "film", job->film[0]);
    bt_json_text(&json, "verdict", bauta_motion_verdict_name(r->verdict));
    bt_json_int(&json, "windows", r->windows);
    bt_json_number(&json, "seconds", r->seconds);
    bt_json_number(&json, "seconds_needed", r->needed);
    if (r->verdict != BAUTA_MOTION_TOO_LITTLE) {
        bt_json_number(&json, "score", r->score);
        bt_json_number(&json, "error", r->error);
        bt_json_number(&json, "limit", r->limit);
        bt_json_number(&json, "inside", r->inside);
    }
    bt_json_end_object(&json);
    return bt_json_commit(&json);
}

static void say_result(const struct job *job, const struct bauta_motion_result *r)
{
    static const char *const words[] = {
        [BAUTA_MOTION_ALIKE] = "moves like",
        [BAUTA_MOTION_UNCLEAR] = "cannot be told from, nor taken for,",
        [BAUTA_MOTION_UNLIKE] = "does not move like",
    };
    if (r->verdict == BAUTA_MOTION_TOO_LITTLE) {
        printf("%s: a face was followed for %.0f seconds without a break of its windows; %.0f "
               "more are needed. Nothing was judged.\n",
               job->film[0], r->seconds, r->needed);
        return;
    }
    printf("%s: the face %s %s: score %.2f, give or take %.2f, where up to %.2f is usual; "
           "%.0f of 100 of its %d windows are usual\n"
           "  A hint, no proof: another occasion or camera changes how somebody moves, and a "
           "good imitator may pass.\n",
           job->film[0], words[r->verdict], job->name, r->score, 2 * r->error, r->limit,
           100 * r->inside, r->windows);
}

static int compare(struct job *job)
{
    static const int codes[] = {
        [BAUTA_MOTION_TOO_LITTLE] = -TOO_LITTLE, [BAUTA_MOTION_ALIKE] = 0,
        [BAUTA_MOTION_UNCLEAR] = -UNCLEAR, [BAUTA_MOTION_UNLIKE] = -UNLIKE};
    struct bauta_motion *motion = NULL;
    struct bauta_motion_result found;
    if (job->films != 1) {
        bt_say_error("signature compare %s: it takes one film", job->name);
        return BAUTA_E_USAGE;
    }
    int result = bauta_motion_load(job->name, &motion);
    if (result >= 0)
        result = bauta_motion_compare(motion, job->film[0], &job->params, &found);
    bauta_motion_free(&motion);
    if (result >= 0 && job->json)
        result = write_result(job, &found);
    else if (result >= 0)
        say_result(job, &found);
    return result < 0 ? result : codes[found.verdict];
}

struct list {
    struct bt_json json;
    bool as_json;
    int count, result;
};

static int list_one(void *opaque, const char *name)
{
    struct list *list = opaque;
    struct bauta_motion *motion = NULL;
    struct bauta_motion_info info = {0};
    struct tm parts;
    char date[32] = "?";
    list->count++;
    int result = bauta_motion_load(name, &motion);
    if (result >= 0)
        result = bauta_motion_info(motion, &info);
    bauta_motion_free(&motion);
    if (result < 0) {
        list->result = list->result < 0 ? list->result : result;
        return 0;
    }
    const time_t time = (time_t)info.made;
    if (gmtime_r(&time, &parts))
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (!list->as_json) {
        printf("%-20s %5.1f minutes  %3d film%s  %s\n", name, info.seconds / 60, info.films,
               info.films == 1 ? " " : "s", date);
        return 0;
    }
    bt_json_object(&list->json, NULL);
    bt_json_text(&list->json, "name", name);
    bt_json_number(&list->json, "seconds", info.seconds);
    bt_json_int(&list->json, "films", info.films);
    bt_json_int(&list->json, "windows", info.windows);
    bt_json_text(&list->json, "made", date);
    bt_json_end_object(&list->json);
    return 0;
}

static int list(struct job *job)
{
    struct list list = {.as_json = job->json};
    int result = job->json ? bt_json_open(&list.json, "-") : 0;
    if (result < 0)
        return result;
    if (job->json)
        bt_json_array(&list.json, NULL);
    result = bauta_motion_list(list_one, &list);
    if (job->json) {
        bt_json_end_array(&list.json);
        const int written = bt_json_commit(&list.json);
        result = result < 0 ? result : written;
    }
    if (result >= 0 && !list.count && !job->quiet)
        bt_say("there is no signature yet; bauta signature enrol NAME FILM makes one");
    return result < 0 ? result : list.result;
}

static int remove_one(struct job *job)
{
    const int result = bauta_motion_remove(job->name);
    if (result >= 0 && !job->quiet)
        bt_say("%s: removed", job->name);
    return result;
}

static int act(struct job *job)
{
    static const char *const words[] = {"enrol", "compare", "list", "remove", NULL};
    static int (*const run[])(struct job *) = {enrol, compare, list, remove_one};
    if (!job->action) {
        fputs(help, stderr);
        return BAUTA_E_USAGE;
    }
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], job->action) != 0)
            continue;
        const bool plain = run[i] == list || run[i] == remove_one;
        if (run[i] != list && !job->name)
            bt_say_error("signature %s: the name is missing", job->action);
        else if (plain && (job->films || (run[i] == list && job->name)))
            bt_say_error("signature %s: there is a word too many; bauta signature --help "
                         "says more", job->action);
        else
            return run[i](job);
        return BAUTA_E_USAGE;
    }
    return bt_fail_action("signature", job->action, words,
                          "it is enrol, compare, list or remove");
}

int bt_cmd_signature(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    static struct job job;
    int flag = 0, result = 0;
    job = (struct job){0};
    while (result >= 0 && !job.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = flag < 0 ? flag : take(&job, &args, flag);
    if (result >= 0 && !job.done)
        result = act(&job);
    return result;
}

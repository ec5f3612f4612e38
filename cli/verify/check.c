// SPDX-License-Identifier: Apache-2.0
#include "verify/check.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { ANCHORS, SECONDS, SIGNATURE, HTML, JSON, MODELS, QUIET, VERBOSE, NAMES, HELP };

static const struct bt_flag flags[] = {
    [ANCHORS] = {"anchors", 0, true},     [SECONDS] = {"seconds", 0, true},
    [SIGNATURE] = {"signature", 0, true}, [HTML] = {"html", 0, true},
    [JSON] = {"json", 0, true},           [MODELS] = {"models", 0, true},
    [QUIET] = {"quiet", 'q', false},      [VERBOSE] = {"verbose", 'v', false},
    [NAMES] = {"names", 0, false},        [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta check FILE|CAMERA|URL [OPTION...]\n"
    "\n"
    "Looks at a film, a picture or a camera for somebody who must tell whether to believe\n"
    "it, and says in plain words what is certain, what is likely, what cannot be known, and\n"
    "what to do: marks (as bauta inspect), pictures that stand still or come again, when\n"
    "they come, blinks, what the file says of itself. It never says that something is\n"
    "real; nothing here could know. Nothing is sent anywhere.\n"
    "\n"
    "      --html FILE      write a page with pictures of what was checked, - for standard\n"
    "                       output; it holds everything in itself\n"
    "      --json FILE      write what was found, - for standard output\n"
    "      --signature NAME compare the face's motion with bauta signature enrol NAME\n"
    "      --anchors FILE   PEM certificates; signers that lead to one are trusted\n"
    "      --seconds N      look at the first N seconds, 120 by default; of a camera or a\n"
    "                       url 10\n"
    "      --models FOLDER  of the model files\n"
    "  -q, --quiet          write no words\n"
    "  -v, --verbose        say more\n"
    "\n"
    "Exit status: 0 nothing speaks against it, 40 something is unusual, 41 it was changed\n"
    "after it was signed, 42 it is marked as made or changed by a program; any other: it\n"
    "cannot be read.\n";

enum { UNUSUAL = 40, CHANGED = 41, MADE = 42 };

struct job {
    struct bauta_check_params params;
    const char *path, *page, *report;
    char *anchors;
    bool quiet, done;
};

const char *bt_check_heading(enum bauta_check_level level)
{
    static const char *const headings[] = {
        [BAUTA_CHECK_CERTAIN] = "What is certain",
        [BAUTA_CHECK_LIKELY] = "What is likely, or unusual",
        [BAUTA_CHECK_FACT] = "What was seen",
        [BAUTA_CHECK_UNKNOWN] = "What cannot be known from this",
        [BAUTA_CHECK_NEXT] = "What to do now"};
    return headings[level];
}

static int take(struct job *job, const struct bt_args *args, int flag)
{
    int seconds = 0, result = 0;
    switch (flag) {
    case ANCHORS:
        result = bt_read_anchors(args->value, &job->anchors);
        job->params.anchors = job->anchors;
        return result;
    case SECONDS:
        result = bt_parse_int("--seconds", args->value, 1, 1000000, &seconds);
        job->params.most_seconds = seconds;
        return result;
    case SIGNATURE:
        job->params.signature_name = args->value;
        return 0;
    case HTML:
        job->page = args->value;
        return 0;
    case JSON:
        job->report = args->value;
        return 0;
    case MODELS:
        job->params.models = args->value;
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
        return bt_take_once(&job->path, "the file", args->value);
    }
}

// Words ---------------------------------------------------------------------------------

// In lines of about that many letters.
static void print_wrapped(const char *text)
{
    enum { LETTERS = 76 };
    int column = 0;
    printf("  - ");
    while (*text) {
        const int length = (int)strcspn(text, " ");
        char word[720];
        if (column && column + length > LETTERS) {
            printf("\n    ");
            column = 0;
        } else if (column) {
            putchar(' ');
            column++;
        }
        snprintf(word, sizeof word, "%.*s", length, text);
        bt_check_text(stdout, word, 0);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_words(const struct job *job, const struct bauta_check *check)
{
    static const enum bauta_check_level order[] = {BAUTA_CHECK_CERTAIN, BAUTA_CHECK_LIKELY,
                                                   BAUTA_CHECK_FACT, BAUTA_CHECK_UNKNOWN,
                                                   BAUTA_CHECK_NEXT};
    struct bauta_check_finding f;
    bt_check_text(stdout, job->path, 0);
    printf("\n%s\n", bauta_check_headline(check));
    for (int l = 0; l < 5; l++) {
        bool any = false;
        for (int i = 0; !bauta_check_finding(check, i, &f); i++) {
            if (f.level != order[l])
                continue;
            if (!any)
                printf("\n%s\n", bt_check_heading(order[l]));
            any = true;
            print_wrapped(f.text);
        }
        if (!any && order[l] == BAUTA_CHECK_CERTAIN)
            printf("\n%s\n  Nothing.\n", bt_check_heading(order[l]));
    }
}

// JSON ----------------------------------------------------------------------------------

static void put_number(struct bt_json *json, const char *key, double number)
{
    if (number >= 0)
        bt_json_number(json, key, number);
    else
        bt_json_text(json, key, NULL);
}

static void put_facts(struct bt_json *json, const struct bauta_check *check)
{
    struct bauta_check_facts f;
    if (bauta_check_facts(check, &f))
        return;
    bt_json_object(json, "facts");
    bt_json_int(json, "width", f.width);
    bt_json_int(json, "height", f.height);
    put_number(json, "seconds", f.seconds);
    bt_json_int(json, "frames", f.frames);
    bt_json_int(json, "cuts", f.cuts);
    bt_json_int(json, "people", f.people);
    put_number(json, "face_seconds", f.face_seconds);
    put_number(json, "blinks", f.blinks);
    put_number(json, "blinks_a_minute", f.blink_rate);
    put_number(json, "blinks_low", f.blink_low);
    put_number(json, "blinks_high", f.blink_high);
    put_number(json, "blink_seconds", f.blink_seconds);
    put_number(json, "rate", f.rate);
    put_number(json, "jitter", f.jitter);
    put_number(json, "gaps", f.gaps);
    put_number(json, "frozen_seconds", f.frozen_seconds);
    put_number(json, "frozen_at", f.frozen_at);
    put_number(json, "loop_seconds", f.loop_seconds);
    put_number(json, "loop_at", f.loop_at);
    put_number(json, "loop_again", f.loop_again);
    bt_json_text(json, "loop_backwards", f.loop_backwards ? "yes" : "no");
    bt_json_end_object(json);
}

static int write_json(const struct job *job, const struct bauta_check *check)
{
    struct bauta_check_finding f;
    struct bauta_motion_result motion;
    struct bt_json json;
    const int result = bt_json_open(&json, job->report);
    if (result < 0)
        return result;
    const struct bauta_inspection *marks = bauta_check_marks(check);
    bt_json_object(&json, NULL);
    bt_json_text(&json, "path", job->path);
    bt_json_text(&json, "sha256", marks->sha256[0] ? marks->sha256 : NULL);
    bt_json_text(&json, "verdict", bauta_check_verdict_name(bauta_check_verdict(check)));
    bt_json_text(&json, "headline", bauta_check_headline(check));
    bt_json_text(&json, "manifest", bauta_manifest_state_name(marks->manifest));
    bt_json_text(&json, "label", bauta_label_state_name(marks->visible));
    bt_json_text(&json, "watermark", marks->watermark ? "yes" : "no");
    bt_json_array(&json, "findings");
    for (int i = 0; !bauta_check_finding(check, i, &f); i++) {
        bt_json_object(&json, NULL);
        bt_json_text(&json, "level", bauta_check_level_name(f.level));
        bt_json_text(&json, "topic", f.topic);
        bt_json_text(&json, "text", f.text);
        bt_json_end_object(&json);
    }
    bt_json_end_array(&json);
    put_facts(&json, check);
    if (!bauta_check_motion(check, &motion)) {
        bt_json_object(&json, "motion");
        bt_json_text(&json, "verdict", bauta_motion_verdict_name(motion.verdict));
        bt_json_int(&json, "windows", motion.windows);
        bt_json_number(&json, "score", motion.score);
        bt_json_number(&json, "error", motion.error);
        bt_json_number(&json, "limit", motion.limit);
        bt_json_end_object(&json);
    }
    bt_json_end_object(&json);
    return bt_json_commit(&json);
}

// A page takes its name when it is whole, as a report does.
static int write_page(const struct job *job, const struct bauta_check *check)
{
    struct bt_json page;
    const int result = bt_json_open(&page, job->page);
    if (result < 0)
        return result;
    bt_check_page(page.file, job->path, check);
    return bt_json_commit(&page);
}

static bool is_out(const char *path)
{
    return path && !strcmp(path, "-");
}

static int check(struct job *job)
{
    static const int codes[] = {[BAUTA_CHECK_NOTHING] = 0, [BAUTA_CHECK_UNUSUAL] = -UNUSUAL,
                                [BAUTA_CHECK_CHANGED] = -CHANGED, [BAUTA_CHECK_MADE] = -MADE};
    struct bauta_motion *motion = NULL;
    struct bauta_check *found = NULL;
    int result = 0;
    if (!job->path || (is_out(job->page) && is_out(job->report))) {
        bt_say_error(job->path ? "--html - and --json - cannot both be standard output"
                               : "a film, a picture or a camera is missing; bauta check "
                                 "--help says more");
        return BAUTA_E_USAGE;
    }
    if (job->params.signature_name)
        result = bauta_motion_load(job->params.signature_name, &motion);
    job->params.signature = motion;
    if (result >= 0)
        result = bauta_check(job->path, &job->params, &found);
    if (result == BAUTA_E_NO_VIDEO)
        bt_say("%s: there is nothing to see in it, and sound is not looked at. Voices can be "
               "imitated too: call back on a number that you knew before.", job->path);
    if (result >= 0 && job->page)
        result = write_page(job, found);
    if (result >= 0 && job->report)
        result = write_json(job, found);
    if (result >= 0 && !job->quiet && !is_out(job->page) && !is_out(job->report))
        print_words(job, found);
    if (result >= 0)
        result = codes[bauta_check_verdict(found)];
    bauta_check_free(&found);
    bauta_motion_free(&motion);
    return result;
}

int bt_cmd_check(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    struct job job = {0};
    int flag = 0, result = 0;
    while (result >= 0 && !job.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = flag < 0 ? flag : take(&job, &args, flag);
    if (result >= 0 && !job.done)
        result = check(&job);
    free(job.anchors);
    return result;
}

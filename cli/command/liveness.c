// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bauta/liveness.h>

enum { FAILED = 50, INCONCLUSIVE, SYNTHETIC, LOCKED, USED };
enum { ANCHORS_MAX = 1 << 20 };
enum {
    SEED,
    ACTIONS,
    LIGHT,
    TRANSCRIPT,
    VERIFY,
    ANCHORS,
    LEDGER,
    JSON,
    FORCE,
    QUIET,
    NAMES,
    HELP
};

static const struct bt_flag flags[] = {
    [SEED] = {"seed", 0, true},
    [ACTIONS] = {"actions", 0, true},
    [LIGHT] = {"light", 0, false},
    [TRANSCRIPT] = {"transcript", 0, true},
    [VERIFY] = {"verify", 0, true},
    [ANCHORS] = {"anchors", 0, true},
    [LEDGER] = {"ledger", 0, true},
    [JSON] = {"json", 0, true},
    [FORCE] = {"force", 0, false},
    [QUIET] = {"quiet", 'q', false},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta liveness [OPTION...] SOURCE\n"
    "       bauta liveness --verify FILE [--anchors FILE]\n"
    "\n"
    "Asks whoever sits before a camera to do things that a drawn number chooses, and "
    "says\n"
    "whether what was seen fits: one live face, unbroken, doing them in time. A pass is "
    "no\n"
    "proof of who it is, nor that nothing was made up; docs/liveness.md has the "
    "figures.\n"
    "SOURCE is a camera (/dev/video0, v4l2:..., pipewire:NAME), a url, or a file.\n"
    "\n"
    "      --seed HEX         32 hexadecimal digits instead of a drawn number; each is\n"
    "                         taken once\n"
    "      --actions N        3 to 6 things to do; usually 4\n"
    "      --light            then show colours on this terminal, which the face has to\n"
    "                         reflect. They change 2.5 times a second: leave it out if\n"
    "                         flicker may harm whoever looks at it\n"
    "      --transcript FILE  write what was asked for and measured, signed, without\n"
    "                         pictures\n"
    "      --verify FILE      check a transcript: its signature, and its verdict again\n"
    "      --anchors FILE     certificates (PEM) to trust its signer by\n"
    "      --ledger FILE      where used seeds and failures are kept; one for each "
    "person\n"
    "                         who is asked\n"
    "      --json FILE        write the findings as JSON; - is standard output\n"
    "      --force            overwrite the transcript\n"
    "  -q, --quiet            show prompts and errors only\n"
    "\n"
    "Exit status: 0 pass, 50 fail, 51 inconclusive, 52 fail and certainly synthetic "
    "(our\n"
    "watermark), 53 locked after five sessions that did not pass in three minutes, 54 "
    "the\n"
    "seed was used before; --verify: the same for what it says, 24 it was changed.\n";

struct job {
    struct bauta_liveness_params params;
    const char *source, *transcript, *verify, *anchors, *json, *actions;
    bool force, quiet, done;
    // What is shown now.
    struct bauta_liveness_prompt now;
    bool any, coloured;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
    signal(SIGINT, SIG_DFL);
}

static const char *words_of(enum bauta_action action)
{
    static const char *const words[BAUTA_ACTION_COUNT] = {
        [BAUTA_ACTION_BLINK_TWICE] = "blink twice",
        [BAUTA_ACTION_SMILE] = "smile",
        [BAUTA_ACTION_OPEN_MOUTH] = "open your mouth wide",
        [BAUTA_ACTION_RAISE_BROWS] = "raise your eyebrows",
        [BAUTA_ACTION_TURN_LEFT] = "turn your head to your left",
        [BAUTA_ACTION_TURN_RIGHT] = "turn your head to your right",
        [BAUTA_ACTION_LOOK_UP] = "lift your head and look up",
        [BAUTA_ACTION_COME_CLOSER] = "come closer to the camera",
        [BAUTA_ACTION_COVER_EYE] = "cover one eye with your hand",
    };
    return words[action];
}

static void show_colour(struct job *job, const struct bauta_liveness_prompt *p)
{
    if (p->stage == BAUTA_PROMPT_LIGHT && isatty(STDERR_FILENO)) {
        fprintf(stderr, "\033[48;2;%d;%d;%dm\033[2J\033[H", p->colour[0], p->colour[1],
                p->colour[2]);
        job->coloured = true;
    } else if (job->coloured) {
        fputs("\033[0m\033[2J\033[H", stderr);
        job->coloured = false;
    }
    fflush(stderr);
}

static int show(void *opaque, const struct bauta_liveness_prompt *p)
{
    struct job *job = opaque;
    const bool same = job->any && p->stage == job->now.stage &&
                      p->step == job->now.step &&
                      !memcmp(p->colour, job->now.colour, sizeof p->colour);
    if (same)
        return stopped;
    const bool light = job->any && job->now.stage == BAUTA_PROMPT_LIGHT;
    job->any = true;
    job->now = *p;
    show_colour(job, p);
    if (p->stage == BAUTA_PROMPT_WAIT)
        bt_say("sit before the camera, alone, and look into it");
    else if (p->stage == BAUTA_PROMPT_REST)
        bt_say("look into the camera and do nothing");
    else if (p->stage == BAUTA_PROMPT_ACTION)
        bt_say("now, %d of %d: %s", p->step, p->steps, words_of(p->action));
    else if (p->stage == BAUTA_PROMPT_LIGHT && !light)
        bt_say("look at the screen while it changes its colours");
    return stopped;
}

// Findings ------------------------------------------------------------------------------

static void write_step(struct bt_json *json, const struct bauta_liveness_step *s)
{
    bt_json_object(json, NULL);
    bt_json_text(json, "action", bauta_action_name(s->action));
    bt_json_number(json, "at", s->at);
    bt_json_number(json, "until", s->until);
    bt_json_text(json, "outcome", bauta_step_outcome_name(s->outcome));
    bt_json_number(json, "reaction", s->reaction);
    bt_json_text(json, "retry", s->retry ? "yes" : "no");
    bt_json_end_object(json);
}

static int write_json(const struct job *job, const struct bauta_liveness_result *r)
{
    struct bt_json json = {0};
    int result = bt_json_open(&json, job->json);
    if (result < 0)
        return result;
    bt_json_object(&json, NULL);
    bt_json_text(&json, "verdict", bauta_liveness_verdict_name(r->verdict));
    bt_json_text(&json, "synthetic", r->synthetic ? "yes" : "no");
    bt_json_text(&json, "seed", r->seed);
    bt_json_number(&json, "seconds", r->seconds);
    bt_json_int(&json, "frames", r->frames);
    bt_json_array(&json, "steps");
    for (int i = 0; i < r->step_count; i++)
        write_step(&json, &r->step[i]);
    bt_json_end_array(&json);
    bt_json_object(&json, "checks");
    for (int i = 0; i < BAUTA_PAD_COUNT; i++) {
        const struct bauta_evidence *e = &r->check[i];
        bt_json_object(&json, bauta_liveness_check_name((enum bauta_liveness_check)i));
        bt_json_text(&json, "finding", bauta_finding_name(e->finding));
        bt_json_number(&json, "value", (double)e->value);
        bt_json_number(&json, "limit", (double)e->limit);
        bt_json_text(&json, "why", e->why);
        bt_json_end_object(&json);
    }
    bt_json_end_object(&json);
    if (job->verify) {
        bt_json_object(&json, "transcript");
        bt_json_text(&json, "signature", r->signature ? "valid" : "none");
        bt_json_text(&json, "trusted", r->trusted ? "yes" : "no");
        bt_json_text(&json, "signer", r->signer);
        bt_json_int(&json, "made", r->made);
        bt_json_end_object(&json);
    }
    bt_json_end_object(&json);
    result = bt_json_commit(&json);
    bt_json_finish(&json);
    return result;
}

static void say(const struct job *job, const struct bauta_liveness_result *r)
{
    printf("%s%s\n", bauta_liveness_verdict_name(r->verdict),
           r->synthetic ? ": certainly synthetic" : "");
    for (int i = 0; i < r->step_count; i++) {
        const struct bauta_liveness_step *s = &r->step[i];
        printf("  %-11s %s", bauta_action_name(s->action),
               bauta_step_outcome_name(s->outcome));
        if (s->reaction >= 0)
            printf(", %.2f s after it was asked for", s->reaction);
        printf("%s\n", s->retry ? " (second try)" : "");
    }
    for (int i = 0; i < BAUTA_PAD_COUNT; i++)
        printf("  %-11s %s: %s\n",
               bauta_liveness_check_name((enum bauta_liveness_check)i),
               bauta_finding_name(r->check[i].finding), r->check[i].why);
    if (job->verify) {
        char when[40] = "";
        struct tm tm;
        const time_t made = (time_t)r->made;
        if (gmtime_r(&made, &tm))
            strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &tm);
        printf("  signed by   %s%s, who says that it was made at %s\n", r->signer,
               r->trusted ? " (trusted)" : " (not trusted)", when);
    }
    if (r->verdict == BAUTA_LIVENESS_PASS)
        puts(
            "  A pass does not say who it is: call back on a number you know, or ask for "
            "the code word.");
}

static int report(const struct job *job, const struct bauta_liveness_result *r)
{
    const int result = job->json ? write_json(job, r) : 0;
    if (!job->quiet && (!job->json || strcmp(job->json, "-") != 0))
        say(job, r);
    if (result < 0)
        return result;
    return r->synthetic                                ? -SYNTHETIC
           : r->verdict == BAUTA_LIVENESS_FAIL         ? -FAILED
           : r->verdict == BAUTA_LIVENESS_INCONCLUSIVE ? -INCONCLUSIVE
                                                       : 0;
}

// Work ----------------------------------------------------------------------------------

static int verify(const struct job *job)
{
    struct bauta_liveness_result r;
    char *pem = NULL;
    if (job->anchors) {
        FILE *file = fopen(job->anchors, "rbe");
        pem = calloc(1, ANCHORS_MAX + 1);
        const size_t n = file && pem ? fread(pem, 1, ANCHORS_MAX, file) : 0;
        if (file)
            fclose(file);
        if (!n || !strstr(pem, "BEGIN CERTIFICATE")) {
            bt_say_error("--anchors %s: holds no certificates as PEM", job->anchors);
            free(pem);
            return BAUTA_E_FORMAT;
        }
    }
    const int result = bauta_liveness_verify(job->verify, pem, &r);
    free(pem);
    return result < 0 ? result : report(job, &r);
}

static int ask(struct job *job)
{
    struct bauta_liveness *session = NULL;
    struct bauta_liveness_result r;
    if (job->transcript && !job->force && !access(job->transcript, F_OK)) {
        bt_say_error("%s: is there already; --force overwrites it", job->transcript);
        return BAUTA_E_EXISTS;
    }
    job->params.source = job->source;
    int result = bauta_liveness_open(&job->params, &session);
    if (result < 0)
        return result == BAUTA_E_AGAIN    ? -LOCKED
               : result == BAUTA_E_EXISTS ? -USED
                                          : result;
    signal(SIGINT, on_signal);
    result = bauta_liveness_run(session, job->source, show, job);
    if (job->coloured)
        fputs("\033[0m\033[2J\033[H", stderr);
    if (result >= 0 && stopped)
        result = BAUTA_E_STOPPED;
    if (result >= 0)
        result = bauta_liveness_finish(session, &r);
    if (result >= 0 && job->transcript)
        result = bauta_liveness_save(session, job->transcript, job->force);
    bauta_liveness_close(&session);
    return result < 0 ? result : report(job, &r);
}

static int take(struct job *job, const struct bt_args *args, int flag)
{
    switch (flag) {
    case SEED:
        return bt_take_once(&job->params.seed, "seed", args->value);
    case ACTIONS:
        return bt_parse_int("--actions", args->value, BAUTA_LIVENESS_STEPS_MIN,
                            BAUTA_LIVENESS_STEPS_MAX, &job->params.steps);
    case LIGHT:
        job->params.light = 1;
        return 0;
    case TRANSCRIPT:
        return bt_take_once(&job->transcript, "transcript", args->value);
    case VERIFY:
        return bt_take_once(&job->verify, "verify", args->value);
    case ANCHORS:
        return bt_take_once(&job->anchors, "anchors", args->value);
    case LEDGER:
        return bt_take_once(&job->params.ledger, "ledger", args->value);
    case JSON:
        return bt_take_once(&job->json, "json", args->value);
    case FORCE:
        job->force = true;
        return 0;
    case QUIET:
        job->quiet = true;
        return 0;
    case NAMES:
    case HELP:
        if (flag == NAMES)
            bt_print_flags(stdout, flags);
        else
            fputs(help, stdout);
        job->done = true;
        return 0;
    case BT_ARG_WORD:
        return bt_take_once(&job->source, "SOURCE", args->value);
    default:
        return flag;
    }
}

int bt_cmd_liveness(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    struct job job = {.force = false};
    int flag = 0, result = 0;
    while (result >= 0 && !job.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = take(&job, &args, flag);
    if (result < 0 || job.done)
        return result;
    if (!job.source == !job.verify) {
        bt_say_error("%s; bauta liveness --help says more",
                     job.source ? "--verify takes no source"
                                : "a camera, a url or a file is missing");
        return BAUTA_E_USAGE;
    }
    return job.verify ? verify(&job) : ask(&job);
}

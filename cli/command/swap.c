// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>

enum {
    FACE,
    CONSENT,
    INPUT,
    OUTPUT,
    MAP,
    SOURCE_FACE,
    JSON,
    QUIET,
    VERBOSE,
    NAMES,
    HELP
};

static const struct bt_flag flags[] = {
    [FACE] = {"face", 'f', true},
    [CONSENT] = {"consent", 0, true},
    [INPUT] = {"input", 'i', true},
    [OUTPUT] = {"output", 'o', true},
    [MAP] = {"map", 0, true},
    [SOURCE_FACE] = {"source-face", 0, true},
    [JSON] = {"json", 0, true},
    [QUIET] = {"quiet", 'q', false},
    [VERBOSE] = {"verbose", 'v', false},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta swap -f PHOTO --consent GROUND -i INPUT -o OUTPUT [OPTION...]\n"
    "\n"
    "Puts the face of PHOTO on the people in INPUT and writes OUTPUT, which carries the\n"
    "label AI MODIFIED. Sound, subtitles and chapters are kept.\n"
    "\n"
    "  -f, --face PHOTO         the face to put on everyone whom --faces names; or the\n"
    "                           name of a face that bauta face add enrolled. Repeated,\n"
    "                           or a folder: more photos of the same person.\n"
    "                           anonymous, or anonymous:SEED: a face of nobody\n"
    "      --map TARGET=PHOTO   the face for one person: largest, left, right, a number\n"
    "                           counted from the left at first sight, or photo:FILE,\n"
    "                           whoever that photo shows; may be repeated for others,\n"
    "                           and for more photos of one\n"
    "      --consent GROUND     on what ground the person in the photo is shown: self,\n"
    "                           written:REFERENCE, licensed:REFERENCE or synthetic.\n"
    "                           It holds for the person before it; given before any\n"
    "                           photo, for all that have none of their own. Required,\n"
    "                           but for an enrolled face and for anonymous, which have\n"
    "                           theirs; on a terminal it is asked for\n"
    "      --source-face N      which face of the photo before it, from the left; given\n"
    "                           before any photo, of all; else the largest\n"
    "  -i, --input INPUT        a video, a picture, a folder of pictures, - for\n"
    "                           YUV4MPEG2 from standard input, or\n"
    "                           test:640x360@30,frames=100\n"
    "  -o, --output OUTPUT      the same, or null: (nothing) or hash: (a hash)\n"
    "      --force              overwrite OUTPUT\n"
    "      --json FILE          write a report, - for standard output\n"
    "  -q, --quiet              no progress and no summary\n"
    "  -v, --verbose            say what is chosen: codec, size, faces\n"
    "\n"
    "Ctrl-C ends the output where it is and keeps it (exit code 19); a second one\n"
    "kills. bauta options lists all other options; every one is given as --NAME VALUE,\n"
    "a yes/no one as --NAME or --no-NAME. man bauta lists the exit codes.\n";

struct job {
    struct bauta *engine;
    struct bt_photos photos;
    struct bt_given given;
    struct bt_json json;
    const char *input, *output, *report;
    bool quiet;
    bool done;    // only help was asked for
};

static int take(struct job *job, const struct bt_args *args, int flag)
{
    switch (flag) {
    case FACE:
        return bt_photos_add(&job->photos, args->value);
    case MAP:
        return bt_photos_map(&job->photos, args->value);
    case CONSENT:
        return bt_photos_consent(&job->photos, args->value);
    case SOURCE_FACE:
        return bt_photos_face(&job->photos, args->value);
    case INPUT:
        return bt_take_once(&job->input, "input", args->value);
    case OUTPUT:
        return bt_take_once(&job->output, "output", args->value);
    case JSON:
        return bt_take_once(&job->report, "json", args->value);
    case QUIET:
        job->quiet = true;
        return 0;
    case VERBOSE:
        bt_set_verbosity(BAUTA_LOG_INFO);
        return 0;
    case HELP:
        fputs(help, stdout);
        job->done = true;
        return 0;
    case NAMES:
        bt_print_flags(stdout, flags);
        job->done = true;
        return 0;
    case BT_ARG_ROW:
        return bt_given_set(&job->given, job->engine, args->row, args->value);
    default:
        bt_say_error("%s: what is this? The input is given with -i, the output with -o",
                     args->value);
        return BAUTA_E_USAGE;
    }
}

static int parse(struct job *job, int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags, .rows = true};
    int flag = 0;
    while (!job->done && (flag = bt_args_next(&args)) != BT_ARG_END) {
        const int result = flag < 0 ? flag : take(job, &args, flag);
        if (result < 0)
            return result;
    }
    if (job->done)
        return 0;
    const char *engine = bt_given_get(&job->given, "engine");
    const bool none = engine && !strcmp(engine, "none");
    const char *missing = !job->input                        ? "the input, -i INPUT"
                          : !job->output                     ? "the output, -o OUTPUT"
                          : !none && job->photos.count == 0  ? "the photo, -f PHOTO"
                                                             : NULL;
    if (missing) {
        bt_say_error("%s is missing; bauta swap --help says more", missing);
        return BAUTA_E_USAGE;
    }
    if (job->report && !strcmp(job->report, "-") && !strcmp(job->output, "-")) {
        bt_say_error("standard output cannot take both the video and the report");
        return BAUTA_E_USAGE;
    }
    return 0;
}

static void put_file(struct bt_json *json, const char *key, const char *path,
                     const char *hash)
{
    bt_json_object(json, key);
    bt_json_text(json, "path", path);
    bt_json_text(json, "sha256", hash[0] ? hash : NULL);
    bt_json_end_object(json);
}

static int write_report(struct job *job, const struct bauta_report *r, int result)
{
    struct bt_json *json = &job->json;
    if (!json->file)
        return 0;
    bt_json_object(json, NULL);
    bt_json_text(json, "bauta", bauta_version());
    bt_json_text(json, "result", result == BAUTA_E_STOPPED ? "stopped" : "done");
    put_file(json, "input", job->input, r->input_sha256);
    put_file(json, "output", job->output, r->output_sha256);
    bt_photos_json(json, &job->photos);
    bt_json_int(json, "frames", r->frames);
    bt_json_int(json, "frames_with_faces", r->frames_with_faces);
    bt_json_int(json, "frames_covered", r->frames_covered);
    bt_json_int(json, "frames_failed", r->frames_failed);
    bt_json_int(json, "faces_found", r->faces_found);
    bt_json_int(json, "faces_swapped", r->faces_swapped);
    bt_json_int(json, "faces_bridged", r->faces_bridged);
    bt_json_number(json, "seconds", r->seconds);
    bt_json_number(json, "fps", r->seconds > 0 ? (double)r->frames / r->seconds : 0);
    bt_json_stages(json, r);
    bt_json_tools(json, r, bt_given_get(&job->given, "models"));
    bt_json_options(json, &job->given);
    bt_json_end_object(json);
    return bt_json_commit(json);
}

static void say_summary(const struct job *job, const struct bauta_report *r, int result)
{
    if (job->quiet)
        return;
    bt_say("%s: %lld frames%s, faces replaced %lld times, %lld frames with something "
           "covered, %.1f fps",
           job->output, (long long)r->frames,
           result == BAUTA_E_STOPPED ? " until it was stopped" : "",
           (long long)r->faces_swapped, (long long)r->frames_covered,
           r->seconds > 0 ? (double)r->frames / r->seconds : 0.);
}

static int run(struct job *job)
{
    struct bt_progress progress;
    struct bauta_report report;
    int result = bt_photos_ask(&job->photos, job->engine);
    if (result >= 0 && job->report)
        result = bt_json_open(&job->json, job->report);
    if (result < 0)
        return result;
    result =
        bt_photos_open(&job->photos, job->engine, bt_given_get(&job->given, "models"));
    if (result < 0)
        return result;
    bt_progress_init(&progress, job->quiet);
    result = bauta_run(job->engine, job->input, job->output, bt_progress_show, &progress);
    bt_progress_clear();
    bt_catch_signals(NULL);
    bauta_report_get(job->engine, &report);
    if (result == BAUTA_E_EXISTS)
        bt_say("--force overwrites it");
    if (result < 0 && result != BAUTA_E_STOPPED)
        return result;
    if (result == BAUTA_E_STOPPED && report.frames == 0) {
        bt_say("stopped before the first frame; nothing was written");
        return result;
    }
    say_summary(job, &report, result);
    const int written = write_report(job, &report, result);
    return written < 0 ? written : result;
}

int bt_cmd_swap(int argc, char **argv)
{
    struct job job = {0};
    int result = bauta_create(&job.engine);
    if (result < 0)
        return result;
    bt_catch_signals(job.engine);
    result = parse(&job, argc, argv);
    if (result >= 0 && !job.done)
        result = run(&job);
    bt_catch_signals(NULL);
    bt_json_finish(&job.json);
    bt_photos_finish(&job.photos);
    bauta_destroy(&job.engine);
    return result;
}

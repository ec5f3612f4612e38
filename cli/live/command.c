// SPDX-License-Identifier: Apache-2.0
#include "live/live.h"

#include <stdlib.h>
#include <string.h>

#include <bauta/device.h>

#include "live/window/parts/keys.h"

enum {
    FACE,
    CONSENT,
    INPUT,
    OUTPUT,
    VIRTUAL_CAMERA,
    MAP,
    SOURCE_FACE,
    ON_AIR,
    NO_WINDOW,
    WINDOW_KEYS,
    SECONDS,
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
    [VIRTUAL_CAMERA] = {"virtual-camera", 0, false},
    [MAP] = {"map", 0, true},
    [SOURCE_FACE] = {"source-face", 0, true},
    [ON_AIR] = {"on-air", 0, false},
    [NO_WINDOW] = {"no-window", 0, false},
    [WINDOW_KEYS] = {"window-keys", 0, false},
    [SECONDS] = {"seconds", 0, true},
    [JSON] = {"json", 0, true},
    [QUIET] = {"quiet", 'q', false},
    [VERBOSE] = {"verbose", 'v', false},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta live -f PHOTO --consent GROUND [-i INPUT] [-o OUTPUT]... [OPTION...]\n"
    "\n"
    "Opens the camera, puts the face of PHOTO on the people it sees, shows the result in\n"
    "a window and, on air, sends it to every OUTPUT, labelled AI MODIFIED. Until a face\n"
    "was found, and whenever it is lost, a card or a cover is shown, never the real face.\n"
    "The voice is not changed.\n"
    "\n"
    "  -f, --face PHOTO         the face to put on, or the name of one that bauta face\n"
    "                           add enrolled. Repeated, or a folder: more photos of\n"
    "                           the same person. anonymous, or anonymous:SEED: a face\n"
    "                           of nobody, which needs no --consent\n"
    "      --consent GROUND     on what ground the person in the photo is shown: self,\n"
    "                           written:REFERENCE, licensed:REFERENCE or synthetic;\n"
    "                           on a terminal it is asked for\n"
    "  -i, --input INPUT        v4l2: (the first camera, the default), v4l2:/dev/video2,\n"
    "                           rtsp://..., a video (played at its own pace, with --loop\n"
    "                           again and again), or test:; bauta devices lists cameras\n"
    "  -o, --output OUTPUT      where it goes; may be repeated: v4l2:/dev/video9,\n"
    "                           pipewire:NAME, rtmp://..., srt://..., a file, null:\n"
    "      --virtual-camera     a camera that other programs see: the v4l2loopback device\n"
    "                           labelled bauta or the only one, else one in PipeWire\n"
    "      --on-air             the outputs begin at once, not when you go on air in\n"
    "                           the window; without a window they always do\n"
    "      --no-window          no window, even where there is a display\n"
    "      --map TARGET=PHOTO   the face of one person, as for bauta swap\n"
    "      --source-face N      which face of the photo before it, from the left\n"
    "      --seconds N          end after so long\n"
    "      --json FILE          write a report at the end, - for standard output\n"
    "  -q, --quiet              no line of what goes on and no summary\n"
    "  -v, --verbose            say what is chosen\n"
    "\n"
    "Keys without a window, on a terminal: space covers everything (and uncovers), 1 to\n"
    "9 change the face, first the given one, then the enrolled ones by name; f lists\n"
    "them, q ends. Keys in the window, which takes photos that are dropped on it too:\n"
    "\n";

static const char help_end[] =
    "\n"
    "bauta options lists all other options.\n";

void bt_live_cover(struct bt_live_job *job, bool on)
{
    job->covered = on;
    bauta_cover(job->engine, on);
}

// The kernel's virtual camera needs a module that PipeWire's does not.
static void say_virtual_camera(void)
{
    struct bauta_device d;
    for (int i = 0; bauta_device_at(i, &d) >= 0; i++) {
        if (d.kind == BAUTA_DEVICE_VIRTUAL_CAMERA && d.command[0])
            bt_say("or make a virtual camera of the kernel: %s", d.command);
    }
}

static int add_output(struct bt_live_job *job, const char *url)
{
    if (job->output_count == BAUTA_OUTPUTS_MAX) {
        bt_say_error("--output %s: more than %d outputs", url, BAUTA_OUTPUTS_MAX);
        return BAUTA_E_USAGE;
    }
    job->output[job->output_count++] = url;
    return 0;
}

static int take_seconds(struct bt_live_job *job, const char *text)
{
    char *end = NULL;
    job->seconds = strtod(text, &end);
    if (end == text || *end || !(job->seconds > 0 && job->seconds <= 1e6)) {
        bt_say_error("--seconds %s: it is a number up to a million", text);
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int take(struct bt_live_job *job, const struct bt_args *args, int flag)
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
        return add_output(job, args->value);
    case VIRTUAL_CAMERA:
        job->virtual_camera = true;
        return 0;
    case ON_AIR:
        job->on_air = true;
        return 0;
    case NO_WINDOW:
        job->no_window = true;
        return 0;
    case WINDOW_KEYS:
        bt_print_bindings_man(stdout);
        job->done = true;
        return 0;
    case SECONDS:
        return take_seconds(job, args->value);
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
        bt_print_bindings(stdout);
        fputs(help_end, stdout);
        job->done = true;
        return 0;
    case NAMES:
        bt_print_flags(stdout, flags);
        job->done = true;
        return 0;
    case BT_ARG_ROW:
        return bt_given_set(&job->given, job->engine, args->row, args->value);
    default:
        bt_say_error("%s: what is this? The input is given with -i, an output with -o",
                     args->value);
        return BAUTA_E_USAGE;
    }
}

// A kernel device goes before PipeWire, since every program sees it.
static const char *choose_virtual_camera(void)
{
    struct bauta_device d;
    for (int i = 0; bauta_device_at(i, &d) >= 0; i++) {
        if (d.kind == BAUTA_DEVICE_VIRTUAL_CAMERA && !strncmp(d.url, "v4l2:", 5))
            return "v4l2:";
    }
    return "pipewire:bauta";
}

static int parse(struct bt_live_job *job, int argc, char **argv)
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
    if (job->photos.count == 0 && !(engine && !strcmp(engine, "none"))) {
        bt_say_error("the photo, -f PHOTO, is missing; bauta live --help says more");
        return BAUTA_E_USAGE;
    }
    const int result =
        job->virtual_camera ? add_output(job, choose_virtual_camera()) : 0;
    if (!job->input)
        job->input = "v4l2:";
    return result;
}

// Without a window, which is no error, the outputs are all there is.
static int open_window(struct bt_live_job *job)
{
    char why[256] = "--no-window";
    const int result = job->no_window
                           ? BAUTA_E_NOT_FOUND
                           : bt_window_open(&job->window, why, sizeof(why));
    if (result >= 0)
        return result;
    if (result != BAUTA_E_NOT_FOUND && result != BAUTA_E_UNSUPPORTED) {
        bt_say_error("the window: %s; --no-window goes without", why);
        return result;
    }
    job->on_air = true;
    if (job->output_count > 0)
        return 0;
    bt_say_error("an output is missing: -o OUTPUT, or --virtual-camera; bauta live "
                 "--help says more (there is no window: %s)", why);
    return BAUTA_E_USAGE;
}

static int start(struct bt_live_job *job)
{
    const char *models = bt_given_get(&job->given, "models");
    int result = job->report ? bt_json_open(&job->json, job->report) : 0;
    if (result >= 0)
        result = bt_photos_open(&job->photos, job->engine, models);
    const struct bt_person *first = job->photos.count ? &job->photos.person[0] : NULL;
    if (result >= 0)
        result = bt_wardrobe_open(&job->wardrobe, job->engine,
                                  first ? first->photo[0].path : NULL,
                                  first ? first->identity : NULL, models);
    for (int i = 0; job->on_air && i < job->output_count && result >= 0; i++)
        result = bauta_output_add(job->engine, job->output[i]);
    return result < 0 ? result : bauta_live_start(job->engine, job->input);
}

// An output that did not open is an error from the start: nobody would see it later.
static int check_outputs(struct bt_live_job *job)
{
    struct bauta_output_info info;
    for (int i = 0; bauta_output_at(job->engine, i, &info) >= 0; i++) {
        if (info.state != BAUTA_OUTPUT_FAILED)
            continue;
        if (info.error == BAUTA_E_EXISTS)
            bt_say("--force overwrites it");
        if (!strncmp(info.url, "pipewire:", 9))
            say_virtual_camera();
        bauta_stop(job->engine);
        bauta_live_wait(job->engine, -1);
        return info.error;
    }
    return 0;
}

static int first_failure(struct bt_live_job *job)
{
    struct bauta_output_info info;
    for (int i = 0; bauta_output_at(job->engine, i, &info) >= 0; i++) {
        if (info.state == BAUTA_OUTPUT_FAILED)
            return info.error;
    }
    return 0;
}

static int run(struct bt_live_job *job)
{
    int result = bt_photos_ask(&job->photos, job->engine);
    if (result >= 0)
        result = open_window(job);
    if (result >= 0)
        result = start(job);
    if (result >= 0)
        result = check_outputs(job);
    if (result < 0)
        return result;
    struct bauta_live_info info;
    bauta_live_info(job->engine, &info);
    if (!job->quiet)
        bt_say("input %s", info.source);
    const char *lost = bt_given_get(&job->given, "lost");
    if (lost && !strcmp(lost, "pass"))
        bt_say("warning: --lost pass: where no face is found the picture leaves as it is");
    result = job->window ? bt_window_run(job->window, job) : bt_live_terminal(job);
    bt_catch_signals(NULL);
    if (!job->quiet)
        bt_live_summary(job);
    // To be ended by hand, or by --seconds, is how a live stream ends.
    const int ended = result == BAUTA_E_STOPPED ? 0 : result;
    const int written = job->json.file ? bt_live_json(job, result) : 0;
    const int failed = first_failure(job);
    return ended < 0 ? ended : failed < 0 ? failed : written;
}

int bt_cmd_live(int argc, char **argv)
{
    struct bt_live_job job = {0};
    int result = bauta_create(&job.engine);
    if (result < 0)
        return result;
    bt_catch_signals(job.engine);
    result = parse(&job, argc, argv);
    if (result >= 0 && !job.done)
        result = run(&job);
    bt_catch_signals(NULL);
    bt_window_close(&job.window);
    bt_wardrobe_close(&job.wardrobe);
    bt_json_finish(&job.json);
    bt_photos_finish(&job.photos);
    bauta_destroy(&job.engine);
    return result;
}

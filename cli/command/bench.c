// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>
#include <unistd.h>

enum { FACE, CONSENT, INPUT, SIZE, FRAMES, ROUNDS, GENERATOR, JSON, VERBOSE, NAMES, HELP };

static const struct bt_flag flags[] = {
    [FACE] = {"face", 'f', true},
    [CONSENT] = {"consent", 0, true},
    [INPUT] = {"input", 'i', true},
    [SIZE] = {"size", 0, true},
    [FRAMES] = {"frames", 0, true},
    [ROUNDS] = {"rounds", 0, true},
    [GENERATOR] = {"net", 0, true},
    [JSON] = {"json", 0, true},
    [VERBOSE] = {"verbose", 'v', false},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta bench -f PHOTO --consent GROUND [OPTION...]\n"
    "\n"
    "Times every stage on one thread, with pictures kept in memory and no look-ahead,\n"
    "then the whole path on its threads. Nothing is written. Without a photo only the\n"
    "path of engine none is timed.\n"
    "\n"
    "  -f, --face PHOTO         the face to put on; in the synthetic input it is also\n"
    "                           the one seen\n"
    "      --consent GROUND     as for bauta swap\n"
    "  -i, --input INPUT        a video; else a synthetic one in which the photo moves\n"
    "      --size WxH           of the synthetic input, 1280x720 by default\n"
    "      --frames N           how many, 300 by default\n"
    "      --rounds N           time one thread so often and keep the fastest, 1 by\n"
    "                           default: other programs make it slower, never faster\n"
    "      --net FILE           time this ONNX net in the same runtime and compare\n"
    "      --json FILE          write the figures, - for standard output\n"
    "\n"
    "All options that bauta options lists are taken too.\n";

struct bench {
    struct bt_photos photos;
    struct bt_given given;
    struct bt_json json;
    const char *input, *generator, *report;
    int width, height, frames, rounds;
    bool done;
    char synthetic[4096];
    struct bauta_report single, whole;
    struct bauta_bench_nets nets;
    int cores;
    double generator_one_ms, generator_all_ms;
};

static int take_size(struct bench *b, const char *text)
{
    char rest = 0;
    if (sscanf(text, "%dx%d%c", &b->width, &b->height, &rest) != 2 || b->width < 16 ||
        b->height < 16 || b->width > 8192 || b->height > 8192) {
        bt_say_error("--size %s: it has the form 1280x720, from 16x16 to 8192x8192",
                     text);
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int take(struct bench *b, struct bauta *engine, const struct bt_args *args,
                int flag)
{
    switch (flag) {
    case FACE:
        return bt_photos_add(&b->photos, args->value);
    case CONSENT:
        return bt_photos_consent(&b->photos, args->value);
    case INPUT:
        b->input = args->value;
        return 0;
    case SIZE:
        return take_size(b, args->value);
    case FRAMES:
        return bt_parse_int("--frames", args->value, 2, 100000, &b->frames);
    case ROUNDS:
        return bt_parse_int("--rounds", args->value, 1, 100, &b->rounds);
    case GENERATOR:
        b->generator = args->value;
        return 0;
    case JSON:
        b->report = args->value;
        return 0;
    case VERBOSE:
        bt_set_verbosity(BAUTA_LOG_INFO);
        return 0;
    case HELP:
        fputs(help, stdout);
        b->done = true;
        return 0;
    case NAMES:
        bt_print_flags(stdout, flags);
        b->done = true;
        return 0;
    case BT_ARG_ROW:
        return bt_given_set(&b->given, engine, args->row, args->value);
    default:
        bt_say_error("%s: what is this? bauta bench --help says more", args->value);
        return BAUTA_E_USAGE;
    }
}

static int parse(struct bench *b, struct bauta *engine, int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags, .rows = true};
    int flag = 0;
    while (!b->done && (flag = bt_args_next(&args)) != BT_ARG_END) {
        const int result = flag < 0 ? flag : take(b, engine, &args, flag);
        if (result < 0)
            return result;
    }
    if (b->input && b->width) {
        bt_say_error("--size is of the synthetic input; %s has its own", b->input);
        return BAUTA_E_USAGE;
    }
    return 0;
}

// The url of the input: the one given, or a synthetic one with the photo in it.
static int choose_input(struct bench *b)
{
    if (b->input)
        return 0;
    const int width = b->width ? b->width : 1280, height = b->height ? b->height : 720;
    const struct bt_person *person = b->photos.count ? &b->photos.person[0] : NULL;
    const char *photo = person ? person->photo[0].path : NULL;
    if (person && (person->anonymous || (!bt_is_path(photo) && access(photo, F_OK)))) {
        bt_say_error("%s: an enrolled face, or nobody's, cannot be seen in the synthetic "
                     "input; give a photo, or a video with -i",
                     photo);
        return BAUTA_E_USAGE;
    }
    const int length =
        snprintf(b->synthetic, sizeof(b->synthetic), "test:%dx%d@30,frames=%d%s%s", width,
                 height, b->frames, photo ? ",face=" : "", photo ? photo : "");
    if (length >= (int)sizeof(b->synthetic) || (photo && strchr(photo, ','))) {
        bt_say_error("%s: the name is too long or holds a comma; give a video with -i",
                     photo ? photo : "");
        return BAUTA_E_USAGE;
    }
    b->input = b->synthetic;
    return 0;
}

// The round with the least median: its path and its nets, which ran at the same time.
static int time_rounds(struct bench *b, struct bauta *engine, bool nets)
{
    for (int i = 0; i < b->rounds; i++) {
        struct bauta_bench_nets beside = {0};
        struct bauta_report report;
        const int result = nets ? bauta_bench_beside(engine, b->input, b->frames, &beside)
                                : bauta_bench(engine, b->input, b->frames);
        if (result < 0)
            return result;
        bauta_report_get(engine, &report);
        const bool faster = nets ? beside.path.p50_ms < b->nets.path.p50_ms
                                 : report.path.p50_ms < b->single.path.p50_ms;
        if (i && !faster)
            continue;
        b->single = report;
        b->nets = beside;
    }
    return 0;
}

static int time_path(struct bench *b, struct bauta *engine)
{
    int result = bt_photos_open(&b->photos, engine, bt_given_get(&b->given, "models"));
    if (result < 0)
        return result;
    if (b->photos.count == 0) {
        bt_say("no photo is given, so only engine none is timed: no face is looked for");
        result = bauta_set(engine, "engine", "none");
        if (result < 0)
            return result;
    }
    result = time_rounds(b, engine, b->photos.count > 0);
    if (result < 0)
        return result;
    result = bauta_run(engine, b->input, "null:", NULL, NULL);
    bauta_report_get(engine, &b->whole);
    return result;
}

static int time_generator(struct bench *b)
{
    if (!b->generator)
        return 0;
    int result = bauta_net_time(b->generator, 1, 5, &b->generator_one_ms);
    if (result >= 0)
        result = bauta_net_time(b->generator, b->cores, 5, &b->generator_all_ms);
    return result;
}

static void print_times(const char *name, const struct bauta_stage_times *t)
{
    if (t->count)
        printf("  %-8s %8.3f %8.3f %8.3f %8.3f\n", name, t->p50_ms, t->p95_ms, t->p99_ms,
               t->mean_ms);
}

static void print_report(const struct bauta_report *r)
{
    printf("  %-8s %8s %8s %8s %8s\n", "stage", "p50", "p95", "p99", "mean");
    for (int i = 0; i < BAUTA_STAGE_COUNT; i++)
        print_times(bauta_stage_name((enum bauta_stage)i), &r->stage[i]);
    print_times("path", &r->path);
}

// The path in units of a net that ran between its frames.
static double quotient(const struct bench *b, const struct bauta_stage_times *net)
{
    return net->p50_ms > 0 ? b->nets.path.p50_ms / net->p50_ms : 0;
}

// The row that issue 3 asks for.
static void print_cost(const struct bench *b)
{
    const struct bauta_stage_times *path = &b->nets.path, *mesh = &b->nets.mesh;
    if (!mesh->count || path->p50_ms <= 0)
        return;
    printf("\nin the thread's processor time, with a face %.0f pixels wide: the path's p50 "
           "%.2f ms, p95 %.2f ms (%.2f times p50)\n",
           b->nets.face_pixels, path->p50_ms, path->p95_ms, path->p95_ms / path->p50_ms);
    printf("beside the mesh net, %.2f ms: %.2f times; beside the attention net, %.2f ms: "
           "%.2f times\n",
           mesh->p50_ms, quotient(b, mesh), b->nets.attention.p50_ms,
           quotient(b, &b->nets.attention));
    if (b->rounds > 1)
        printf("(the fastest of %d rounds)\n", b->rounds);
}

static void print_all(const struct bench *b)
{
    const struct bauta_report *r = &b->single, *w = &b->whole;
    if (b->generator)
        printf("%.0f times faster than the generator on one core, %.0f times than on all "
               "%d\n\n",
               b->generator_one_ms / r->path.p50_ms, b->generator_all_ms / r->path.p50_ms,
               b->cores);
    printf("input %s, engine %s%s%s %s\n\n", b->input, r->engine,
           r->runtime[0] ? ", ONNX Runtime " : "", r->runtime, r->provider);
    printf("one thread, pictures in memory, ms a frame (%lld frames, %lld faces "
           "replaced):\n",
           (long long)r->frames, (long long)r->faces_swapped);
    print_report(r);
    print_cost(b);
    printf("\nthe whole path on its threads, to nowhere: %.1f frames a second (%lld "
           "frames)\n",
           w->seconds > 0 ? (double)w->frames / w->seconds : 0., (long long)w->frames);
    print_report(w);
    if (b->generator)
        printf("\ngenerator %s: %.1f ms a frame on one thread, %.1f ms on %d\n",
               b->generator, b->generator_one_ms, b->generator_all_ms, b->cores);
}

static void put_part(struct bt_json *json, const char *key, const struct bauta_report *r)
{
    bt_json_object(json, key);
    bt_json_int(json, "frames", r->frames);
    bt_json_int(json, "faces_found", r->faces_found);
    bt_json_int(json, "faces_swapped", r->faces_swapped);
    bt_json_number(json, "seconds", r->seconds);
    bt_json_number(json, "fps", r->seconds > 0 ? (double)r->frames / r->seconds : 0);
    bt_json_stages(json, r);
    bt_json_end_object(json);
}

static int write_report(struct bench *b)
{
    struct bt_json *json = &b->json;
    if (!json->file)
        return 0;
    bt_json_object(json, NULL);
    bt_json_text(json, "bauta", bauta_version());
    bt_json_text(json, "input", b->input);
    bt_json_int(json, "cores", b->cores);
    put_part(json, "one_thread", &b->single);
    put_part(json, "whole_path", &b->whole);
    if (b->nets.mesh.count) {
        bt_json_object(json, "nets");
        bt_json_number(json, "face_pixels", b->nets.face_pixels);
        bt_json_number(json, "path_p50_ms", b->nets.path.p50_ms);
        bt_json_number(json, "path_p95_ms", b->nets.path.p95_ms);
        bt_json_number(json, "mesh_p50_ms", b->nets.mesh.p50_ms);
        bt_json_number(json, "attention_p50_ms", b->nets.attention.p50_ms);
        bt_json_number(json, "path_over_mesh", quotient(b, &b->nets.mesh));
        bt_json_number(json, "path_p95_over_p50",
                       b->nets.path.p95_ms / b->nets.path.p50_ms);
        bt_json_end_object(json);
    }
    if (b->generator) {
        bt_json_object(json, "generator");
        bt_json_text(json, "path", b->generator);
        bt_json_number(json, "one_thread_ms", b->generator_one_ms);
        bt_json_number(json, "all_cores_ms", b->generator_all_ms);
        bt_json_number(json, "ratio_one_thread",
                       b->generator_one_ms / b->single.path.p50_ms);
        bt_json_number(json, "ratio_all_cores",
                       b->generator_all_ms / b->single.path.p50_ms);
        bt_json_end_object(json);
    }
    bt_json_tools(json, &b->single, bt_given_get(&b->given, "models"));
    bt_json_options(json, &b->given);
    bt_json_end_object(json);
    return bt_json_commit(json);
}

static int run(struct bench *b, struct bauta *engine)
{
    int result = bt_photos_ask(&b->photos, engine);
    if (result >= 0)
        result = choose_input(b);
    if (result >= 0 && b->report)
        result = bt_json_open(&b->json, b->report);
    if (result >= 0)
        result = time_path(b, engine);
    if (result >= 0)
        result = time_generator(b);
    if (result < 0)
        return result;
    // Standard output holds one thing only.
    if (!b->report || strcmp(b->report, "-") != 0)
        print_all(b);
    return write_report(b);
}

int bt_cmd_bench(int argc, char **argv)
{
    struct bench b = {.frames = 300, .rounds = 1};
    struct bauta *engine = NULL;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    b.cores = cores > 0 && cores <= 256 ? (int)cores : 1;
    int result = bauta_create(&engine);
    if (result < 0)
        return result;
    bt_catch_signals(engine);
    result = parse(&b, engine, argc, argv);
    if (result >= 0 && !b.done)
        result = run(&b, engine);
    bt_catch_signals(NULL);
    bt_json_finish(&b.json);
    bt_photos_finish(&b.photos);
    bauta_destroy(&engine);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

#define AT(member) offsetof(struct bt_engine_options, member)

static const char *const views[] = {"plain", "side", "landmarks", "mask", NULL};

static const struct bt_opt engine_opts[] = {
    {{.name = "faces", .type = BAUTA_OPTION_STRING, .initial = "all",
      .help = "Whose face is replaced: all, largest, left, right, or a number counted "
              "from the left at first sight."},
     AT(faces)},
    {{.name = "threads", .type = BAUTA_OPTION_INT, .initial = "1", .min = 1, .max = 64,
      .help = "Threads that each net may use."},
     AT(threads)},
    {{.name = "queue-depth", .type = BAUTA_OPTION_INT, .initial = "4", .min = 2,
      .max = 64, .unit = "frames", .help = "How many frames may wait between two stages."},
     AT(queue_depth)},
    {{.name = "models", .type = BAUTA_OPTION_STRING,
      .help = "Folder of the model files; without it the usual places."},
     AT(models)},
    {{.name = "max-delay", .type = BAUTA_OPTION_INT, .initial = "0", .max = 60000,
      .unit = "ms",
      .help = "Frames of a live source that are older are not worked on; 0: no limit."},
     AT(max_delay)},
    {{.name = "pace", .type = BAUTA_OPTION_BOOL, .initial = "yes",
      .help = "A live frame that was ready early waits up to 8 ms, so that those who "
              "watch a virtual camera get frames evenly; files and connections never wait."},
     AT(pace)},
    {{.name = "loop", .type = BAUTA_OPTION_BOOL, .initial = "no",
      .help = "A live stream begins a file again at its end."},
     AT(loop)},
    {{.name = "session-log", .type = BAUTA_OPTION_INT, .initial = "365", .max = 36500,
      .unit = "days",
      .help = "How long a file of yours keeps when, for what and on what ground each "
              "session number of the watermark was used; 0: it keeps nothing."},
     AT(session_log)},
    {{.name = "watch-view", .type = BAUTA_OPTION_CHOICE, .initial = "plain",
      .choices = views, .live = 1,
      .help = "What a window shows: the plain picture, the input at its side, the "
              "landmarks, or the mask: what is replaced, the rest dark. No output sees it."},
     AT(watch_view)},
    {{.name = "watch-mirror", .type = BAUTA_OPTION_BOOL, .initial = "no", .live = 1,
      .help = "A window shows a mirror image, in which text stays readable."},
     AT(watch_mirror)},
    {{0}, 0},
};

static const struct {
    const struct bt_opt *table;
    size_t offset;
} modules[BT_MODULE_COUNT] = {
    [BT_MODULE_ENGINE] = {engine_opts, offsetof(struct bt_options, engine)},
    [BT_MODULE_IO] = {bt_io_opts, offsetof(struct bt_options, io)},
    [BT_MODULE_FACE] = {bt_face_opts, offsetof(struct bt_options, face)},
    [BT_MODULE_SWAP] = {bt_swap_opts, offsetof(struct bt_options, swap)},
    [BT_MODULE_GUARD] = {bt_guard_opts, offsetof(struct bt_options, guard)},
    [BT_MODULE_MARK] = {bt_mark_opts, offsetof(struct bt_options, mark)},
};

const struct bauta_option *bauta_option_at(int index)
{
    if (index < 0)
        return NULL;
    for (int m = 0; m < BT_MODULE_COUNT; m++) {
        for (const struct bt_opt *opt = modules[m].table; opt->row.name; opt++) {
            if (index-- == 0)
                return &opt->row;
        }
    }
    return NULL;
}

const struct bauta_option *bauta_option_find(const char *name)
{
    if (!name)
        return NULL;
    for (int m = 0; m < BT_MODULE_COUNT; m++) {
        const struct bt_opt *opt = bt_opt_find(modules[m].table, name);
        if (opt)
            return &opt->row;
    }
    return NULL;
}

const char *bauta_option_suggest(const char *name)
{
    const char *best = NULL;
    // A third of the letters may be wrong, and two of a short name.
    const int length = name ? (int)strnlen(name, 64) : 0;
    int least = length < 6 ? 3 : length / 3 + 1;
    for (int i = 0; length && bauta_option_at(i); i++) {
        const char *candidate = bauta_option_at(i)->name;
        const int distance = bt_opt_distance(name, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

static void *object_of(const struct bt_options *options, int module)
{
    return (char *)(uintptr_t)options + modules[module].offset;
}

int bt_options_init(struct bt_options *options)
{
    memset(options, 0, sizeof(*options));
    for (int m = 0; m < BT_MODULE_COUNT; m++) {
        const int result = bt_opt_defaults(modules[m].table, object_of(options, m));
        if (result < 0) {
            bt_options_finish(options);
            return result;
        }
    }
    return 0;
}

void bt_options_finish(struct bt_options *options)
{
    for (int m = 0; m < BT_MODULE_COUNT; m++)
        bt_opt_finish(modules[m].table, object_of(options, m));
}

static int copy_strings(struct bt_options *to, int module)
{
    int result = 0;
    for (const struct bt_opt *opt = modules[module].table; opt->row.name; opt++) {
        if (opt->row.type != BAUTA_OPTION_STRING)
            continue;
        char **string = (char **)((char *)object_of(to, module) + opt->offset);
        const char *theirs = *string;
        *string = bt_strdup(theirs);
        if (theirs && !*string)
            result = BAUTA_E_NO_MEMORY;
    }
    return result;
}

int bt_options_copy(struct bt_options *to, const struct bt_options *from)
{
    int result = 0;
    *to = *from;
    for (int m = 0; m < BT_MODULE_COUNT; m++) {
        const int copied = copy_strings(to, m);
        result = copied < 0 ? copied : result;
    }
    if (result < 0) {
        bt_error("options: out of memory");
        bt_options_finish(to);
    }
    return result;
}

static int find(const char *name, const struct bt_opt **opt)
{
    for (int m = 0; m < BT_MODULE_COUNT; m++) {
        *opt = bt_opt_find(modules[m].table, name);
        if (*opt)
            return m;
    }
    const char *near = bauta_option_suggest(name);
    if (near)
        bt_error("option %s: there is none of that name; did you mean %s?", name, near);
    else
        bt_error("option %s: there is none of that name", name);
    return BAUTA_E_USAGE;
}

int bt_options_set(struct bt_options *options, const char *name, const char *value,
                   bool running)
{
    const struct bt_opt *opt = NULL;
    struct bt_target target;
    const int module = find(name, &opt);
    if (module < 0)
        return module;
    if (running && (!opt->row.live || opt->row.type == BAUTA_OPTION_STRING)) {
        bt_error("option %s: it cannot be changed while running", name);
        return BAUTA_E_USAGE;
    }
    if (value && !strcmp(name, "faces")) {
        const int result = bt_target_parse("option faces", value, &target);
        if (result < 0)
            return result;
    }
    return bt_opt_set(opt, object_of(options, module), value);
}

void bt_options_take_live(struct bt_options *to, const struct bt_options *from,
                          enum bt_module module)
{
    for (const struct bt_opt *opt = modules[module].table; opt->row.name; opt++) {
        if (!opt->row.live || opt->row.type == BAUTA_OPTION_STRING)
            continue;
        const size_t size =
            opt->row.type == BAUTA_OPTION_FLOAT ? sizeof(float) : sizeof(int);
        memcpy((char *)object_of(to, module) + opt->offset,
               (const char *)object_of(from, module) + opt->offset, size);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>

// bauta models add and bauta models test.

static const char *const words[] = {
    [BAUTA_BROUGHT_GOOD] = "good",
    [BAUTA_BROUGHT_MISSING] = "not here",
    [BAUTA_BROUGHT_UNPINNED] = "here, but no hash is known: run bauta models add on it",
    [BAUTA_BROUGHT_DAMAGED] = "DAMAGED, or another file",
};

static void show(const struct bauta_brought_info *info)
{
    char size[32] = "";
    if (info->size)
        snprintf(size, sizeof(size), " of %dx%d", info->size, info->size);
    printf("%s: %s%s: %s\n", info->name, info->role, size, words[info->state]);
    printf("  path     %s\n", info->file);
    if (info->sha256[0])
        printf("  sha256   %s\n", info->sha256);
    printf("  licence  %s\n", info->licence[0] ? info->licence : "unknown");
    if (info->origin[0])
        printf("  origin   %s\n", info->origin);
    printf("  manifest %s\n", info->manifest[0] ? info->manifest : "came with bauta");
}

int bt_show_brought(const char *models)
{
    struct bauta_brought_info info;
    int result = 0;
    printf("\nModels that you may bring for --engine neural (docs/models.md):\n");
    for (int i = 0; (result = bauta_brought_at(i, models, &info)) != BAUTA_E_END; i++) {
        if (!result)
            show(&info);
        else if (result != BAUTA_E_FORMAT)
            return result;
    }
    return 0;
}

enum { NAME, ADD_NAMES, ADD_HELP };
static const struct bt_flag add_flags[] = {
    [NAME] = {"name", 0, true},
    [ADD_NAMES] = {"names", 0, false},
    [ADD_HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char add_help[] =
    "usage: bauta models add FILE [--name NAME]\n"
    "\n"
    "Makes a generator, embedder or converter known: finds its contract by its hash, its\n"
    "name or its shapes, says which, and writes a manifest that pins its hash into your\n"
    "data folder. The file stays where it is; its licence binds whoever uses it.\n";

int bt_cmd_models_add(int argc, char **argv)
{
    static const char *const how[] = {
        [BAUTA_ADDED_BY_HASH] = "known by its hash",
        [BAUTA_ADDED_BY_NAME] = "taken by its name",
        [BAUTA_ADDED_BY_GUESS] = "guessed from its shapes",
    };
    struct bt_args args = {.argc = argc, .argv = argv, .flags = add_flags};
    struct bauta_added added;
    const char *name = NULL, *file = NULL;
    int flag = 0, result = 0;
    while ((flag = bt_args_next(&args)) != BT_ARG_END) {
        if (flag == ADD_HELP || flag == ADD_NAMES) {
            if (flag == ADD_HELP)
                fputs(add_help, stdout);
            else
                bt_print_flags(stdout, add_flags);
            return 0;
        }
        result = flag == NAME          ? bt_take_once(&name, "name", args.value)
                 : flag == BT_ARG_WORD ? bt_take_once(&file, "FILE", args.value)
                                       : flag;
        if (result < 0)
            return result;
    }
    if (!file) {
        bt_say_error("the model's file is missing; bauta models add --help says more");
        return BAUTA_E_USAGE;
    }
    result = bauta_model_add(file, name, &added);
    if (result < 0)
        return result;
    printf("%s: %s%s%s\n", added.info.name, how[added.by], added.guess[0] ? ": " : "",
           added.guess);
    show(&added.info);
    if (added.by == BAUTA_ADDED_BY_GUESS)
        printf("Look at what it draws (bauta models test %s), and mend %s where the guess "
               "is wrong.\n", added.info.name, added.info.manifest);
    return 0;
}

enum { FACE, CONSENT, SOURCE_FACE, INPUT, OUTPUT, NAMES, HELP };
static const struct bt_flag test_flags[] = {
    [FACE] = {"face", 'f', true},
    [CONSENT] = {"consent", 0, true},
    [SOURCE_FACE] = {"source-face", 0, true},
    [INPUT] = {"input", 'i', true},
    [OUTPUT] = {"output", 'o', true},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char test_help[] =
    "usage: bauta models test NAME -f PHOTO --consent GROUND -o PICTURE [-i PICTURE]\n"
    "\n"
    "Checks a generator's files, runs it with PHOTO's face on the picture of -i, else on\n"
    "PHOTO itself, and writes what it draws, labelled. NAME may be the path of a manifest.\n";

struct trial {
    struct bauta *engine;
    struct bt_photos photos;
    struct bt_given given;
    const char *name, *photo, *input, *output;
    bool done;
};

static int take(struct trial *t, const struct bt_args *args, int flag)
{
    switch (flag) {
    case FACE:
        t->photo = args->value;
        return bt_photos_add(&t->photos, args->value);
    case CONSENT:
        return bt_photos_consent(&t->photos, args->value);
    case SOURCE_FACE:
        return bt_photos_face(&t->photos, args->value);
    case INPUT:
        return bt_take_once(&t->input, "input", args->value);
    case OUTPUT:
        return bt_take_once(&t->output, "output", args->value);
    case BT_ARG_WORD:
        return bt_take_once(&t->name, "NAME", args->value);
    case BT_ARG_ROW:
        return bt_given_set(&t->given, t->engine, args->row, args->value);
    case HELP:
    case NAMES:
        t->done = true;
        if (flag == HELP)
            fputs(test_help, stdout);
        else
            bt_print_flags(stdout, test_flags);
        return 0;
    default:
        return flag;
    }
}

static int run(struct trial *t)
{
    struct bauta_report report;
    int result = bauta_set(t->engine, "engine", "neural");
    if (result >= 0)
        result = bauta_set(t->engine, "generator", t->name);
    if (result >= 0)
        result = bt_photos_ask(&t->photos, t->engine);
    if (result >= 0)
        result = bt_photos_open(&t->photos, t->engine, bt_given_get(&t->given, "models"));
    if (result >= 0)
        result = bauta_run(t->engine, t->input ? t->input : t->photo, t->output, NULL, NULL);
    if (result < 0)
        return result;
    bauta_report_get(t->engine, &report);
    bt_say("%s: %s drew %lld of %lld faces", t->output, t->name,
           (long long)report.faces_swapped, (long long)report.faces_found);
    return report.faces_swapped ? 0 : BAUTA_E_NO_FACE;
}

int bt_cmd_models_test(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = test_flags, .rows = true};
    struct trial t = {0};
    int flag = 0, result = bauta_create(&t.engine);
    while (result >= 0 && !t.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = take(&t, &args, flag);
    const char *missing = !t.name             ? "the generator's NAME"
                          : !t.photos.count   ? "the photo, -f PHOTO"
                          : !t.output         ? "the picture to write, -o PICTURE"
                                              : NULL;
    if (result >= 0 && !t.done && missing) {
        bt_say_error("%s is missing; bauta models test --help says more", missing);
        result = BAUTA_E_USAGE;
    }
    if (result >= 0 && !t.done)
        result = run(&t);
    bt_photos_finish(&t.photos);
    bauta_destroy(&t.engine);
    return result < 0 ? result : 0;
}

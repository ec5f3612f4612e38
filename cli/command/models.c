// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>

enum { MODELS, NAMES, HELP };
static const struct bt_flag flags[] = {
    [MODELS] = {"models", 0, true},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta models [--models FOLDER]\n"
    "       bauta models add FILE [--name NAME]\n"
    "       bauta models test NAME -f PHOTO --consent GROUND -o PICTURE [-i PICTURE]\n"
    "\n"
    "Shows every model file and the runtime: where it is, whether it is sound, its\n"
    "licence and origin. Exit code 15 where a model that is needed is missing, or one is\n"
    "damaged; 16 where the runtime is. Then the generators, and the nets that feed them,\n"
    "that you may bring for --engine neural; add makes a file known, test runs one on a\n"
    "portrait (--help after either says more).\n";

static const char *state_word(const struct bauta_model_info *info)
{
    switch (info->state) {
    case BAUTA_MODEL_GOOD:
        return "good";
    case BAUTA_MODEL_MISSING:
        return info->optional ? "not here, and not needed to replace faces" : "MISSING";
    default:
        return "DAMAGED: its hash is another one";
    }
}

static int show(const char *folder)
{
    struct bauta_model_info info;
    int bad = 0, result = 0;
    for (int i = 0; (result = bauta_model_at(i, folder, &info)) >= 0; i++) {
        printf("%s: %s\n", info.name, state_word(&info));
        printf("  purpose  %s\n", info.purpose);
        printf("  path     %s\n", info.path);
        printf("  sha256   %s\n", info.sha256);
        printf("  licence  %s\n", info.licence);
        printf("  origin   %s\n", info.origin);
        bad += info.state == BAUTA_MODEL_DAMAGED ||
               (info.state == BAUTA_MODEL_MISSING && !info.optional);
    }
    if (result != BAUTA_E_END)
        return result;
    char version[64], path[1024];
    const int runtime = bauta_runtime_info(version, path);
    if (runtime >= 0)
        printf("ONNX Runtime %s: good\n  path     %s\n", version, path);
    else
        printf("ONNX Runtime: MISSING\n");
    if (bad || runtime < 0)
        printf("\nIn the folder of the sources, tools/setup.sh brings what is missing; "
               "meson install puts it in place.\n");
    result = bt_show_brought(folder);
    return bad ? BAUTA_E_MODEL : runtime < 0 ? runtime : result;
}

int bt_cmd_models(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "add"))
        return bt_cmd_models_add(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "test"))
        return bt_cmd_models_test(argc - 1, argv + 1);
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    const char *folder = NULL;
    int flag = 0;
    while ((flag = bt_args_next(&args)) != BT_ARG_END) {
        switch (flag) {
        case MODELS:
            folder = args.value;
            break;
        case NAMES:
            bt_print_flags(stdout, flags);
            return 0;
        case HELP:
            fputs(help, stdout);
            return 0;
        case BT_ARG_WORD:
            bt_say_error("%s: what is this? bauta models --help says more", args.value);
            return BAUTA_E_USAGE;
        default:
            return flag;
        }
    }
    return show(folder);
}

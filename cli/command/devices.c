// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <bauta/device.h>

enum { JSON, NAMES, HELP };
static const struct bt_flag flags[] = {
    [JSON] = {"json", 0, true},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta devices [--json FILE]\n"
    "\n"
    "Shows the cameras with their modes, the virtual cameras that can be written\n"
    "to, the microphones, PipeWire's state and the runtime; of what is missing, the\n"
    "command that brings it.\n"
    "\n"
    "      --json FILE    writes the same as JSON; -: to standard output\n";

static void show_runtime(const char *version, const char *path)
{
    char name[64];
    printf("%-15s ONNX Runtime %s  %s\n  providers     ", "runtime", version, path);
    for (int i = 0; bauta_runtime_provider_at(i, name) >= 0; i++)
        printf("%s%s", i ? ", " : "", name);
    putchar('\n');
}

static int show(void)
{
    struct bauta_device d;
    int result = 0;
    for (int i = 0; (result = bauta_device_at(i, &d)) >= 0; i++) {
        printf("%-15s %s%s%s\n", bauta_device_kind_name(d.kind), *d.url ? d.url : "none",
               *d.name ? "  " : "", d.name);
        if (*d.modes)
            printf("  modes         %s\n", d.modes);
        if (*d.missing)
            printf("  missing       %s\n", d.missing);
        if (*d.command)
            printf("  run           %s\n", d.command);
    }
    char version[64], path[1024];
    if (bauta_runtime_info(version, path) >= 0)
        show_runtime(version, path);
    else
        printf("%-15s none\n  run           tools/setup.sh runtime\n", "runtime");
    return result == BAUTA_E_END ? 0 : result;
}

static int write_json(const char *path)
{
    struct bt_json json;
    struct bauta_device d;
    int result = bt_json_open(&json, path);
    if (result < 0)
        return result;
    bt_json_object(&json, NULL);
    bt_json_array(&json, "devices");
    for (int i = 0; (result = bauta_device_at(i, &d)) >= 0; i++) {
        bt_json_object(&json, NULL);
        bt_json_text(&json, "kind", bauta_device_kind_name(d.kind));
        bt_json_text(&json, "name", d.name);
        bt_json_text(&json, "url", *d.url ? d.url : NULL);
        bt_json_text(&json, "modes", d.modes);
        bt_json_text(&json, "missing", *d.missing ? d.missing : NULL);
        bt_json_text(&json, "command", *d.command ? d.command : NULL);
        bt_json_end_object(&json);
    }
    bt_json_end_array(&json);
    char version[64], library[1024];
    const bool runtime = bauta_runtime_info(version, library) >= 0;
    bt_json_text(&json, "runtime", runtime ? version : NULL);
    bt_json_array(&json, "providers");
    for (int i = 0; bauta_runtime_provider_at(i, version) >= 0; i++)
        bt_json_text(&json, NULL, version);
    bt_json_end_array(&json);
    bt_json_end_object(&json);
    if (result == BAUTA_E_END)
        return bt_json_commit(&json);
    bt_json_finish(&json);
    return result;
}

int bt_cmd_devices(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    const char *json = NULL;
    int flag = 0;
    while ((flag = bt_args_next(&args)) != BT_ARG_END) {
        switch (flag) {
        case JSON:
            json = args.value;
            break;
        case NAMES:
            bt_print_flags(stdout, flags);
            return 0;
        case HELP:
            fputs(help, stdout);
            return 0;
        case BT_ARG_WORD:
            bt_say_error("%s: what is this? bauta devices --help says more", args.value);
            return BAUTA_E_USAGE;
        default:
            return flag;
        }
    }
    return json ? write_json(json) : show();
}

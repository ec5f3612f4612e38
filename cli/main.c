// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>

static const struct command {
    const char *name, *desc;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"swap", "replace the faces in a video, a picture or a folder of pictures",
     bt_cmd_swap},
    {"live", "replace the faces before a camera, for a virtual camera or a stream",
     bt_cmd_live},
    {"face", "keep a face under a name: add, list, show, remove", bt_cmd_face},
    {"inspect", "say which marks pictures and films carry", bt_cmd_inspect},
    {"liveness", "ask whoever is before a camera to prove that they are there",
     bt_cmd_liveness},
    {"codeword", "know each other on a call by words: pair, show, check, ask, answer",
     bt_cmd_codeword},
    {"check", "say in plain words what is certain, likely and unknown about a film",
     bt_cmd_check},
    {"signature", "know how somebody moves the face: enrol, compare, list, remove",
     bt_cmd_signature},
    {"typing", "know how somebody types: enrol, verify, list, remove", bt_cmd_typing},
    {"keys", "show the key that signs what is made, or import another", bt_cmd_keys},
    {"bench", "time every stage on this machine", bt_cmd_bench},
    {"devices", "list cameras and virtual cameras, and what is missing", bt_cmd_devices},
    {"models", "show the model files and the runtime, and whether they are sound",
     bt_cmd_models},
    {"options", "list every option with its range and default", bt_cmd_options},
    {NULL, NULL, NULL},
};

static void print_help(FILE *file)
{
    fputs("usage: bauta COMMAND [OPTION...]\n"
          "\n"
          "Replaces faces in video, and labels everything it makes.\n"
          "\n",
          file);
    for (const struct command *c = commands; c->name; c++)
        fprintf(file, "  %-10s %s\n", c->name, c->desc);
    fputs("\n"
          "  bauta COMMAND --help    more about a command\n"
          "  bauta --version         the version\n"
          "\n"
          "For instance:\n"
          "  bauta swap -f anna.jpg --consent written:2026-04 -i talk.mp4 -o new.mp4\n",
          file);
}

static void print_version(void)
{
    printf("bauta %s\n", BAUTA_VERSION);
    if (strcmp(BAUTA_VERSION, bauta_version()) != 0)
        printf("libbauta %s\n", bauta_version());
}

// Messages ------------------------------------------------------------------------------

static enum bauta_log_level shown_level = BAUTA_LOG_WARNING;

static void print_line(const char *kind, const char *format, va_list list)
{
    flockfile(stderr);
    bt_progress_clear();
    fprintf(stderr, "bauta: %s", kind);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void bt_say_error(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    print_line("error: ", format, list);
    va_end(list);
}

void bt_say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    print_line("", format, list);
    va_end(list);
}

static void show_log(void *opaque, enum bauta_log_level level, const char *line)
{
    static const char *const kinds[] = {"error: ", "warning: ", "", "debug: "};
    (void)opaque;
    if (level <= shown_level)
        bt_say("%s%s", kinds[level], line);
}

void bt_set_verbosity(enum bauta_log_level least)
{
    shown_level = least;
}

// Signals -------------------------------------------------------------------------------

static struct bauta *volatile to_stop;
static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

static void on_signal(int number)
{
    (void)number;
    if (to_stop)
        bauta_stop(to_stop);
    for (int i = 0; i < 3; i++)
        signal(caught[i], SIG_DFL);
}

void bt_catch_signals(struct bauta *engine)
{
    to_stop = engine;
    struct sigaction action = {.sa_handler = engine ? on_signal : SIG_DFL};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (int i = 0; i < 3; i++) {
        struct sigaction before;
        // What the caller chose to ignore, as nohup does, stays ignored.
        if (!sigaction(caught[i], NULL, &before) && before.sa_handler != SIG_IGN)
            sigaction(caught[i], &action, NULL);
    }
}

// ---------------------------------------------------------------------------------------

static const struct command *find_command(const char *name)
{
    for (const struct command *c = commands; c->name; c++) {
        if (!strcmp(c->name, name))
            return c;
    }
    return NULL;
}

static int fail_unknown(const char *name)
{
    const char *words[] = {"swap", "live", "face", "inspect", "liveness", "codeword", "check",
                           "signature", "typing", "keys",
                           "bench", "devices", "models", "options", "help", NULL};
    const char *near = bt_nearest(name, words);
    if (near)
        bt_say_error("there is no command %s; did you mean %s?", name, near);
    else
        bt_say_error("there is no command %s; bauta --help lists them", name);
    return -BAUTA_E_USAGE;
}

int main(int argc, char **argv)
{
    bauta_log_set(show_log, NULL);
    // A reader that goes away is a write error, with a message of its own.
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_help(stderr);
        return -BAUTA_E_USAGE;
    }
    const char *word = argv[1];
    if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
        print_version();
        return 0;
    }
    const bool help =
        !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h");
    if (help && argc == 2) {
        print_help(stdout);
        return 0;
    }
    const struct command *command = find_command(help ? argv[2] : word);
    if (!command)
        return fail_unknown(help ? argv[2] : word);
    if (help) {
        char *own[] = {argv[2], "--help", NULL};
        return -command->run(2, own);
    }
    const int result = command->run(argc - 1, argv + 1);
    if (fflush(stdout) && result >= 0) {
        bt_say_error("standard output: it takes no more");
        return -BAUTA_E_IO;
    }
    return result < 0 ? -result : 0;
}

// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_CLI_H
#define BT_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include <bauta/bauta.h>

// Every subcommand returns 0 or an enum bauta_error; argv[0] is its own name.
int bt_cmd_swap(int argc, char **argv);
int bt_cmd_live(int argc, char **argv);
int bt_cmd_bench(int argc, char **argv);
int bt_cmd_devices(int argc, char **argv);
int bt_cmd_inspect(int argc, char **argv);
int bt_cmd_liveness(int argc, char **argv);
int bt_cmd_keys(int argc, char **argv);
int bt_cmd_models(int argc, char **argv);
int bt_cmd_models_add(int argc, char **argv);
int bt_cmd_models_test(int argc, char **argv);
// The models that users bring; models as in bauta_brought_at.
int bt_show_brought(const char *models);
int bt_cmd_options(int argc, char **argv);
int bt_cmd_face(int argc, char **argv);
int bt_cmd_codeword(int argc, char **argv);
int bt_cmd_signature(int argc, char **argv);
int bt_cmd_typing(int argc, char **argv);
int bt_cmd_check(int argc, char **argv);

// Messages (main.c) ---------------------------------------------------------------------

void bt_say_error(const char *format, ...) BAUTA_PRINTF(1, 2);
void bt_say(const char *format, ...) BAUTA_PRINTF(1, 2);
// How much the library's log shows from now on.
void bt_set_verbosity(enum bauta_log_level least);

// The first SIGINT, SIGTERM or SIGHUP stops the engine, the second kills. NULL: nothing
// to stop any more.
void bt_catch_signals(struct bauta *engine);

// Arguments (args.c) --------------------------------------------------------------------

struct bt_flag {
    const char *name;    // without the dashes
    char letter;         // 0: none
    bool takes_value;
};

// What bt_args_next gives besides the index of a flag.
enum { BT_ARG_END = 1000, BT_ARG_ROW, BT_ARG_WORD };

struct bt_args {
    int argc, at;
    char **argv;
    const struct bt_flag *flags;         // ends with a flag without a name
    bool rows;                           // the library's options are taken too
    const char *value;                   // of the flag or row just read, or the word
    const struct bauta_option *row;
};
// The index of a flag, one of the above, or BAUTA_E_USAGE with the message said.
int bt_args_next(struct bt_args *args);

// The nearest of words to word, or NULL. words ends with NULL.
const char *bt_nearest(const char *word, const char *const *words);
// Says that command has no such action, what it has, and the nearest. BAUTA_E_USAGE.
int bt_fail_action(const char *command, const char *action, const char *const *words,
                   const char *has);
// "--name" and so on for completion: flags one a line.
void bt_print_flags(FILE *file, const struct bt_flag *flags);
// A whole number within limits, or BAUTA_E_USAGE with the message said.
int bt_parse_int(const char *what, const char *text, int min, int max, int *out);
// For a flag that is given once; the message is said.
int bt_take_once(const char **place, const char *name, const char *value);

// Options that were set on the command line, for the report.
struct bt_given {
    const struct bauta_option *row[128];
    const char *value[128];
    int count;
};
// Sets it in the engine and keeps it.
int bt_given_set(struct bt_given *given, struct bauta *engine,
                 const struct bauta_option *row, const char *value);
// The value given last, or NULL.
const char *bt_given_get(const struct bt_given *given, const char *name);
bool bt_given_is_default(const struct bauta_option *row, const char *value);

struct bt_json;

// Photos (photos.c) ---------------------------------------------------------------------

enum { BT_PEOPLE_MAX = 20 };
// One person: photos, or the name of an enrolled face alone, or nobody.
struct bt_person {
    struct bauta_photo photo[BAUTA_PHOTOS_MAX];
    int count;
    const char *consent;
    char asked[224];          // what the ground points to where it was asked for
    char target[1024];
    bool enrolled;
    bool anonymous;           // nobody's face, "anonymous" or "anonymous:SEED"
    uint64_t seed;
    bool drawn;               // the seed, by chance
    struct bauta_identity *identity;  // after opening
};
// What -f, --map, --consent and --source-face said: a ground holds for the person, a
// face's number for the photo before it, or, given before any photo, for all that have
// none of their own.
struct bt_photos {
    struct bt_person person[BT_PEOPLE_MAX];
    int count;
    struct bt_person *last;   // whose photo was given last, NULL: nobody's yet
    const char *consent;
    int face;
};
int bt_photos_add(struct bt_photos *photos, const char *path);
int bt_photos_map(struct bt_photos *photos, const char *rule);
int bt_photos_consent(struct bt_photos *photos, const char *ground);
int bt_photos_face(struct bt_photos *photos, const char *number);
// On a terminal asks for the ground that was not given, before a photo is read. 0 too
// where nobody can be asked, and where the photo is not there.
int bt_person_ask(struct bt_photos *photos, struct bt_person *person);
// The same for all who are not enrolled. Meanwhile Ctrl-C ends the program at once,
// afterwards it stops the engine.
int bt_photos_ask(struct bt_photos *photos, struct bauta *engine);
// Makes the person's identity, which bt_photos_finish drops.
int bt_person_open(struct bt_photos *photos, struct bt_person *person,
                   const char *models);
// Enrols all, gives them to the engine, and says of a poor photo what is wrong with it.
int bt_photos_open(struct bt_photos *photos, struct bauta *engine, const char *models);
void bt_photos_finish(struct bt_photos *photos);
// An array of the person's photos with their scores.
void bt_photos_json(struct bt_json *json, const struct bt_photos *photos);

// Questions (ask.c) ---------------------------------------------------------------------

// Asks on the terminal on what ground the person of a photo is shown; three tries, no
// default. 1: out is a ground as --consent takes it, 0: there is no terminal,
// BAUTA_E_CONSENT where no answer came, with the message said. size is at least 224.
int bt_ask_consent(const char *photo, char *out, size_t size);

// Scores (score.c) ----------------------------------------------------------------------

// Whether an argument can only be a path: it has a slash or a dot.
bool bt_is_path(const char *word);
// Says that no face of this name is enrolled, and what is near. BAUTA_E_NOT_FOUND.
int bt_say_no_face(const char *name, bool path_too);
void bt_print_score(FILE *file, const struct bauta_score *score);
// Lines of advice, for a photo that is poor.
void bt_warn_score(const char *name, const struct bauta_score *score);
void bt_json_score(struct bt_json *json, const struct bauta_score *score);

// PEM certificates (command/inspect.c), which replace *out, the caller's, for free. The
// message is said.
int bt_read_anchors(const char *path, char **out);

// Progress (progress.c) -----------------------------------------------------------------

struct bt_progress {
    bool bar;                // on a terminal
    bool plain;              // lines now and then
    double shown;            // seconds at the last line
    double rate;             // frames a second, smoothed
};
void bt_progress_init(struct bt_progress *progress, bool quiet);
void bt_progress_show(void *opaque, const struct bauta_progress *now);
// A line of its own in the bar's place.
void bt_progress_line(const char *text);
// Takes the bar off the terminal, so that a line can be written. Thread-safe.
void bt_progress_clear(void);

// JSON (json.c) -------------------------------------------------------------------------

struct bt_json {
    FILE *file;
    int depth;
    bool empty;              // nothing written yet on this level
    char *path, *temp;       // NULL for standard output
};
// path "-": standard output. The file takes its name at commit. Errors are said.
int bt_json_open(struct bt_json *json, const char *path);
void bt_json_object(struct bt_json *json, const char *key);   // key NULL in arrays
void bt_json_array(struct bt_json *json, const char *key);
void bt_json_end_object(struct bt_json *json);
void bt_json_end_array(struct bt_json *json);
void bt_json_text(struct bt_json *json, const char *key, const char *text);  // NULL: null
void bt_json_int(struct bt_json *json, const char *key, long long number);
void bt_json_number(struct bt_json *json, const char *key, double number);
int bt_json_commit(struct bt_json *json);
// Removes what was not committed. Accepts a zeroed structure.
void bt_json_finish(struct bt_json *json);

// The common parts of reports: times of stages, nets and runtime.
void bt_json_stages(struct bt_json *json, const struct bauta_report *report);
void bt_json_tools(struct bt_json *json, const struct bauta_report *report,
                   const char *models);
void bt_json_options(struct bt_json *json, const struct bt_given *given);

#endif

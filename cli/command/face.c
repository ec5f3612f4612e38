// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>
#include <time.h>

enum {
    CONSENT,
    SOURCE_FACE,
    FORCE,
    MODELS,
    JSON,
    THUMBNAIL,
    QUIET,
    VERBOSE,
    NAMES,
    HELP
};

static const struct bt_flag flags[] = {
    [CONSENT] = {"consent", 0, true},
    [SOURCE_FACE] = {"source-face", 0, true},
    [FORCE] = {"force", 0, false},
    [MODELS] = {"models", 0, true},
    [JSON] = {"json", 0, false},
    [THUMBNAIL] = {"thumbnail", 0, true},
    [QUIET] = {"quiet", 'q', false},
    [VERBOSE] = {"verbose", 'v', false},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta face add NAME PHOTO... --consent GROUND [--source-face N] [--force]\n"
    "       bauta face list\n"
    "       bauta face show NAME [--thumbnail FILE]\n"
    "       bauta face remove NAME\n"
    "\n"
    "Prepares a face once and keeps it, for you alone, in $XDG_DATA_HOME/bauta/faces or\n"
    "~/.local/share/bauta/faces; bauta swap -f NAME uses it at once. Add and show say "
    "how\n"
    "good the photos are, and what would help.\n"
    "\n"
    "  add NAME PHOTO...        enrol a face from up to 16 photos of one person, or a\n"
    "                           folder of them; NAME has 1 to 64 letters, digits, - _\n"
    "      --consent GROUND     on what ground the face is used, as for bauta swap; it "
    "is\n"
    "                           kept with the face. Required; on a terminal it is "
    "asked\n"
    "                           for\n"
    "      --source-face N      which face of the photo before it, from the left; given\n"
    "                           before any photo, of all; else the largest\n"
    "      --force              replace a face of the same name\n"
    "      --models FOLDER      of the model files\n"
    "  list                     names, scores, dates and grounds\n"
    "  show NAME                what is known of one face\n"
    "      --thumbnail FILE     write its small picture, a PPM\n"
    "  remove NAME              delete it\n"
    "      --json               write JSON to standard output, all but remove\n"
    "  -q, --quiet              say errors and warnings only\n"
    "  -v, --verbose            say more\n";

struct face {
    const char *action, *name, *models, *thumbnail;
    struct bt_photos photos;
    bool force, json, quiet, done;
};

static int take_word(struct face *f, const char *word)
{
    if (!f->action) {
        f->action = word;
        return 0;
    }
    if (!f->name) {
        f->name = word;
        return 0;
    }
    if (!strcmp(f->action, "add"))
        return bt_photos_add(&f->photos, word);
    bt_say_error("%s: what is this? bauta face --help says more", word);
    return BAUTA_E_USAGE;
}

static int take(struct face *f, const struct bt_args *args, int flag)
{
    switch (flag) {
    case CONSENT:
        return bt_photos_consent(&f->photos, args->value);
    case SOURCE_FACE:
        return bt_photos_face(&f->photos, args->value);
    case FORCE:
        f->force = true;
        return 0;
    case MODELS:
        f->models = args->value;
        return 0;
    case JSON:
        f->json = true;
        return 0;
    case THUMBNAIL:
        f->thumbnail = args->value;
        return 0;
    case QUIET:
        f->quiet = true;
        return 0;
    case VERBOSE:
        bt_set_verbosity(BAUTA_LOG_INFO);
        return 0;
    case HELP:
        fputs(help, stdout);
        f->done = true;
        return 0;
    case NAMES:
        bt_print_flags(stdout, flags);
        f->done = true;
        return 0;
    default:
        return take_word(f, args->value);
    }
}

// Output --------------------------------------------------------------------------------

static void format_time(const struct bauta_identity *identity, bool utc, char out[32])
{
    const time_t time = (time_t)bauta_identity_created(identity);
    struct tm parts;
    if (!(utc ? gmtime_r(&time, &parts) : localtime_r(&time, &parts)) ||
        !strftime(out, 32, utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M", &parts))
        strcpy(out, "?");
}

static void put_face(struct bt_json *json, const char *name,
                     const struct bauta_identity *identity)
{
    struct bauta_identity_info best;
    struct bauta_photo_info info;
    char date[32];
    bauta_identity_info(identity, &best);
    format_time(identity, true, date);
    bt_json_object(json, NULL);
    bt_json_text(json, "name", name);
    bt_json_text(json, "consent", best.consent);
    bt_json_text(json, "enrolled", date);
    bt_json_array(json, "photos");
    for (int i = 0; !bauta_identity_photo(identity, i, &info); i++) {
        bt_json_object(json, NULL);
        bt_json_text(json, "file", info.name);
        bt_json_text(json, "sha256", info.sha256);
        bt_json_int(json, "width", info.info.width);
        bt_json_int(json, "height", info.info.height);
        bt_json_int(json, "face", info.info.chosen);
        bt_json_int(json, "faces", info.info.faces);
        bt_json_score(json, &info.score);
        bt_json_end_object(json);
    }
    bt_json_end_array(json);
    bt_json_end_object(json);
}

static int write_face(const char *name, const struct bauta_identity *identity)
{
    struct bt_json json;
    const int result = bt_json_open(&json, "-");
    if (result < 0)
        return result;
    put_face(&json, name, identity);
    return bt_json_commit(&json);
}

static void print_face(const char *name, const struct bauta_identity *identity)
{
    struct bauta_identity_info best;
    struct bauta_photo_info info;
    char date[32];
    bauta_identity_info(identity, &best);
    format_time(identity, false, date);
    printf("%s: enrolled %s, consent %s\n", name, date, best.consent);
    for (int i = 0; !bauta_identity_photo(identity, i, &info); i++) {
        printf("  %s, %dx%d\n", info.name, info.info.width, info.info.height);
        bt_print_score(stdout, &info.score);
    }
}

// Actions -------------------------------------------------------------------------------

static int is_same(void *opaque, const char *name)
{
    return !strcmp(name, opaque);
}

static int add(struct face *f)
{
    struct bt_person *person = &f->photos.person[0];
    int result = bauta_name_check(f->name);
    if (result < 0) {
        bt_say_error("'%s': a face's name has 1 to %d letters (a to z), digits, - and _; "
                     "the name comes first, then the photos",
                     f->name, BAUTA_NAME_MAX);
        return result;
    }
    if (!f->photos.count) {
        bt_say_error("face add %s: the photo is missing", f->name);
        return BAUTA_E_USAGE;
    }
    result = f->force ? 0 : bauta_identity_list(is_same, (void *)f->name);
    if (result > 0) {
        bt_say_error("%s: a face of this name is enrolled; --force replaces it", f->name);
        return BAUTA_E_EXISTS;
    }
    if (result >= 0)
        result = bt_person_ask(&f->photos, person);
    if (result >= 0)
        result = bt_person_open(&f->photos, person, f->models);
    if (result >= 0)
        result = bauta_identity_save(person->identity, f->name, f->force);
    if (result < 0)
        return result;
    if (f->json)
        return write_face(f->name, person->identity);
    if (!f->quiet)
        print_face(f->name, person->identity);
    return 0;
}

struct list {
    struct bt_json json;
    bool as_json;
    int count, result;
};

static int list_one(void *opaque, const char *name)
{
    struct list *list = opaque;
    struct bauta_identity *identity = NULL;
    const int result = bauta_identity_load(name, &identity);
    list->count++;
    if (result < 0) {
        list->result = list->result < 0 ? list->result : result;
        if (!list->as_json)
            printf("%-20s   %s\n", name, bauta_strerror(result));
        return 0;
    }
    if (list->as_json) {
        put_face(&list->json, name, identity);
    } else {
        struct bauta_photo_info best;
        char date[32];
        bauta_identity_photo(identity, 0, &best);
        format_time(identity, false, date);
        printf("%-20s %3.0f of 100  %2d photo%s  %s  %s\n", name,
               (double)best.score.total, bauta_identity_photos(identity),
               bauta_identity_photos(identity) == 1 ? " " : "s", date, best.info.consent);
    }
    bauta_identity_unref(&identity);
    return 0;
}

static int list(struct face *f)
{
    struct list list = {.as_json = f->json};
    if (f->name) {
        bt_say_error("%s: face list takes no name; bauta face show %s tells about one",
                     f->name, f->name);
        return BAUTA_E_USAGE;
    }
    int result = f->json ? bt_json_open(&list.json, "-") : 0;
    if (result < 0)
        return result;
    if (f->json)
        bt_json_array(&list.json, NULL);
    result = bauta_identity_list(list_one, &list);
    if (f->json) {
        bt_json_end_array(&list.json);
        const int written = bt_json_commit(&list.json);
        result = result < 0 ? result : written;
    }
    if (result >= 0 && !list.count && !f->quiet)
        bt_say(
            "no face is enrolled yet; bauta face add NAME PHOTO --consent GROUND does");
    return result < 0 ? result : list.result;
}

static int write_thumbnail(const struct bauta_identity *identity, const char *path)
{
    int size = 0;
    const uint8_t *pixels = bauta_identity_thumbnail(identity, &size);
    const size_t bytes = (size_t)size * (size_t)size * 3;
    FILE *file = fopen(path, "wbx");
    if (!file) {
        bt_say_error("%s: cannot be made; is it there already?", path);
        return BAUTA_E_IO;
    }
    const bool head = fprintf(file, "P6\n%d %d\n255\n", size, size) > 0;
    const bool good = head && fwrite(pixels, 1, bytes, file) == bytes;
    if (fclose(file) || !good) {
        remove(path);
        bt_say_error("%s: cannot be written", path);
        return BAUTA_E_IO;
    }
    return 0;
}

static int show(struct face *f)
{
    struct bauta_identity *identity = NULL;
    int result = bauta_identity_load(f->name, &identity);
    if (result == BAUTA_E_NOT_FOUND)
        return bt_say_no_face(f->name, false);
    if (result < 0)
        return result;
    if (f->thumbnail)
        result = write_thumbnail(identity, f->thumbnail);
    if (result >= 0 && f->json)
        result = write_face(f->name, identity);
    else if (result >= 0)
        print_face(f->name, identity);
    bauta_identity_unref(&identity);
    return result;
}

static int remove_face(struct face *f)
{
    const int result = bauta_identity_remove(f->name);
    if (result >= 0 && !f->quiet)
        bt_say("%s: removed", f->name);
    return result;
}

static int act(struct face *f)
{
    static const char *const words[] = {"add", "list", "show", "remove", NULL};
    static int (*const run[])(struct face *) = {add, list, show, remove_face};
    if (!f->action) {
        fputs(help, stderr);
        return BAUTA_E_USAGE;
    }
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], f->action) != 0)
            continue;
        if (f->name || run[i] == list)
            return run[i](f);
        bt_say_error("face %s: the name is missing", f->action);
        return BAUTA_E_USAGE;
    }
    return bt_fail_action("face", f->action, words, "it is add, list, show or remove");
}

int bt_cmd_face(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    struct face face = {0};
    int flag = 0, result = 0;
    while (result >= 0 && !face.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = flag < 0 ? flag : take(&face, &args, flag);
    if (result >= 0 && !face.done)
        result = act(&face);
    bt_photos_finish(&face.photos);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bauta/verify.h>

enum { ANCHORS, SECONDS, THOROUGH, JSON, NAMES, HELP };
static const struct bt_flag flags[] = {
    [ANCHORS] = {"anchors", 0, true},    [SECONDS] = {"seconds", 0, true},
    [THOROUGH] = {"thorough", 0, false}, [JSON] = {"json", 0, true},
    [NAMES] = {"names", 0, false},       [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta inspect [OPTION...] FILE|FOLDER|CAMERA|URL|-...\n"
    "\n"
    "Says which marks pictures and films carry: the signed manifest (C2PA), the label\n"
    "and the watermark. What is found says something; what is not found says little,\n"
    "since marks can be taken away. A camera (v4l2:, pipewire:NAME, /dev/video0) or a\n"
    "url of the network is watched for a while; - is standard input, of which at most\n"
    "4 GiB are kept in a file without a name in $TMPDIR, else /tmp.\n"
    "\n"
    "      --anchors FILE   PEM certificates; a manifest whose signer leads to one of\n"
    "                       them is trusted\n"
    "      --seconds N      look at the first N seconds of each film, and so long at a\n"
    "                       camera or a url, 6 by default\n"
    "      --thorough       look at all of a film; else at a few places spread over it,\n"
    "                       and at more where those differ\n"
    "      --json FILE      write what was found, - for standard output\n"
    "\n"
    "Exit status: 0 all are marked, 20 one at least is not, 21 one at least was changed\n"
    "after it was signed, any other: one at least cannot be read.\n";

enum { UNMARKED = 20, TAMPERED = 21, ANCHORS_MAX = 4 << 20, FILES_MAX = 100000 };

struct job {
    struct bauta_inspect_params params;
    struct bt_json json;
    const char *report;
    char *anchors;
    int unmarked, tampered, error, files;
};

static void say_time(double seconds)
{
    const int whole = (int)(seconds + .5);
    printf("%d:%02d", whole / 60, whole % 60);
}

static void say_manifest(const struct bauta_inspection *i)
{
    static const char *const words[] = {
        [BAUTA_MANIFEST_NONE] = "none",
        [BAUTA_MANIFEST_UNKNOWN] = "of a form that cannot be checked here",
        [BAUTA_MANIFEST_INVALID] = "INVALID",
        [BAUTA_MANIFEST_VALID] = "valid: unchanged since it was signed; who signed it is "
                                 "vouched for by nobody you named",
        [BAUTA_MANIFEST_TRUSTED] = "trusted: unchanged since it was signed, by a signer "
                                   "whom your anchors vouch for",
        [BAUTA_MANIFEST_SKIPPED] = "not looked for: a stream carries none",
    };
    printf("  manifest    %s%s%s\n", words[i->manifest], i->why[0] ? ": " : "", i->why);
    if (i->manifest == BAUTA_MANIFEST_NONE || i->manifest == BAUTA_MANIFEST_SKIPPED)
        return;
    if (i->signer[0])
        printf("  signed by   %s\n", i->signer);
    if (i->manifest == BAUTA_MANIFEST_INVALID)
        return;
    printf("  it says     %s: %s\n", i->generator, i->actions);
    if (i->source_type[0])
        printf("              digital source: %s\n", i->source_type);
    if (i->ingredient[0])
        printf("              made of: %s\n", i->ingredient);
    if (i->grounds[0])
        printf("              grounds of consent: %s\n", i->grounds);
}

static void say_label(const struct bauta_inspection *i)
{
    const float *p = i->label_place;
    if (i->visible == BAUTA_LABEL_SKIPPED) {
        printf("  label       not looked for\n");
        return;
    }
    if (i->visible == BAUTA_LABEL_ABSENT) {
        printf("  label       not found (in %d picture%s that were looked at)\n",
               i->label_looked, i->label_looked == 1 ? "" : "s");
        return;
    }
    printf("  label       found: \"%s\", %s %s", i->label_text,
           p[1] + p[3] < 1 ? "top" : "bottom", p[0] + p[2] > 1 ? "right" : "left");
    if (i->seconds > 0)
        printf(", in %d of %d pictures that were looked at", i->label_frames,
               i->label_looked);
    printf(" (%.0f %% alike)\n", 100 * (double)i->label_score);
}

static void say_watermark(const struct bauta_inspection *i)
{
    if (!i->watermark) {
        printf("  watermark   not found (z %.1f, where 6 is beyond chance)\n", (double)i->z);
        return;
    }
    printf("  watermark   found (z %.1f, where 6 is beyond chance)", (double)i->z);
    if (i->payload_known)
        printf(", session %u%s", i->session,
               i->sessions_differ                       ? " and others"
               : !i->manifest_session                   ? ""
               : i->manifest_session == i->session      ? ", as in the manifest"
                                                        : ", another than in the manifest");
    printf("\n");
    if (i->mirrored || i->rotation)
        printf("              the picture was %s%s since\n", i->mirrored ? "mirrored" : "",
               i->rotation ? i->mirrored ? " and turned" : "turned" : "");
    if (i->place[0] < -.01f || i->place[1] < -.01f || i->place[2] > 1.01f ||
        i->place[3] > 1.01f)
        printf("              the picture was cropped since\n");
    for (int k = 0; i->seconds > 0 && k < i->span_count; k++) {
        const struct bauta_span *s = &i->span[k];
        printf("              ");
        say_time(s->start);
        printf(" to ");
        say_time(s->end);
        printf(s->marked ? " marked" : " not marked");
        printf(s->looked < .9 * (s->end - s->start) ? ", wherever it was looked at\n" : "\n");
    }
}

// Which part of a film it holds for.
static void say_part(const struct bauta_inspection *i)
{
    if (i->part == BAUTA_PART_SAMPLES)
        printf("  looked at   %.0f of %.0f seconds, in %d places; --thorough looks at all of "
               "it\n", i->looked, i->seconds, i->windows);
    else if (i->part == BAUTA_PART_BEGINNING)
        printf("  looked at   the first %.0f seconds\n", i->looked);
    else if (i->part == BAUTA_PART_STREAM)
        printf("  looked at   %.0f seconds of the stream\n", i->looked);
}

static void say(const char *path, const struct bauta_inspection *i)
{
    printf("%s\n", strcmp(path, "-") ? path : "standard input");
    say_manifest(i);
    say_label(i);
    say_watermark(i);
    say_part(i);
    if (i->manifest == BAUTA_MANIFEST_INVALID)
        printf("  This file is not what was signed. What its manifest says does not hold "
               "for it.\n");
    else if (i->watermark)
        printf("  A face in it was replaced by bauta, or it was made to look so; who did it "
               "the watermark does not say.\n");
    else if (i->manifest == BAUTA_MANIFEST_NONE || i->manifest == BAUTA_MANIFEST_SKIPPED)
        printf("  No mark proves nothing: marks can be taken away, and other programs set "
               "others.\n");
}

static void write_spans(struct bt_json *json, const struct bauta_inspection *i)
{
    bt_json_array(json, "windows");
    for (int k = 0; k < i->span_count; k++) {
        bt_json_object(json, NULL);
        bt_json_number(json, "start", i->span[k].start);
        bt_json_number(json, "end", i->span[k].end);
        bt_json_number(json, "looked", i->span[k].looked);
        bt_json_text(json, "marked", i->span[k].marked ? "yes" : "no");
        bt_json_number(json, "z", (double)i->span[k].z);
        bt_json_end_object(json);
    }
    bt_json_end_array(json);
}

static void write_json(struct bt_json *json, const char *path,
                       const struct bauta_inspection *i)
{
    bt_json_object(json, NULL);
    bt_json_text(json, "path", path);
    bt_json_text(json, "sha256", i->sha256[0] ? i->sha256 : NULL);
    bt_json_int(json, "width", i->width);
    bt_json_int(json, "height", i->height);
    bt_json_number(json, "seconds", i->seconds);
    bt_json_object(json, "looked");
    bt_json_text(json, "part", bauta_inspect_part_name(i->part));
    bt_json_number(json, "seconds", i->looked);
    bt_json_int(json, "windows", i->windows);
    bt_json_end_object(json);
    bt_json_object(json, "manifest");
    bt_json_text(json, "state", bauta_manifest_state_name(i->manifest));
    bt_json_text(json, "why", i->why[0] ? i->why : NULL);
    bt_json_text(json, "signer", i->signer[0] ? i->signer : NULL);
    bt_json_text(json, "generator", i->generator[0] ? i->generator : NULL);
    bt_json_text(json, "title", i->title[0] ? i->title : NULL);
    bt_json_text(json, "actions", i->actions[0] ? i->actions : NULL);
    bt_json_text(json, "source_type", i->source_type[0] ? i->source_type : NULL);
    bt_json_text(json, "ingredient", i->ingredient[0] ? i->ingredient : NULL);
    bt_json_text(json, "grounds", i->grounds[0] ? i->grounds : NULL);
    bt_json_text(json, "label", i->label[0] ? i->label : NULL);
    bt_json_int(json, "session", i->manifest_session);
    bt_json_end_object(json);
    bt_json_object(json, "label");
    bt_json_text(json, "state", bauta_label_state_name(i->visible));
    bt_json_number(json, "score", (double)i->label_score);
    bt_json_int(json, "frames", i->label_frames);
    bt_json_int(json, "frames_looked", i->label_looked);
    bt_json_text(json, "text", i->label_text[0] ? i->label_text : NULL);
    bt_json_array(json, "place");
    for (int k = 0; k < 4; k++)
        bt_json_number(json, NULL, (double)i->label_place[k]);
    bt_json_end_array(json);
    bt_json_end_object(json);
    bt_json_object(json, "watermark");
    bt_json_text(json, "found", i->watermark ? "yes" : "no");
    bt_json_number(json, "z", (double)i->z);
    bt_json_int(json, "session", i->payload_known ? (int)i->session : -1);
    bt_json_text(json, "mirrored", i->mirrored ? "yes" : "no");
    bt_json_int(json, "rotation", i->rotation);
    bt_json_array(json, "place");
    for (int k = 0; k < 4; k++)
        bt_json_number(json, NULL, (double)i->place[k]);
    bt_json_end_array(json);
    write_spans(json, i);
    bt_json_end_object(json);
    bt_json_end_object(json);
}

static void inspect(struct job *job, const char *path)
{
    struct bauta_inspection found;
    const int result = bauta_inspect(path, &job->params, &found);
    job->files++;
    if (result < 0) {
        job->error = job->error ? job->error : result;
        return;
    }
    const bool tampered = found.manifest == BAUTA_MANIFEST_INVALID;
    const bool signed_well = found.manifest == BAUTA_MANIFEST_VALID ||
                             found.manifest == BAUTA_MANIFEST_TRUSTED;
    job->tampered += tampered;
    job->unmarked += !tampered && !signed_well && !found.watermark;
    if (job->json.file)
        write_json(&job->json, path, &found);
    if (!job->report || strcmp(job->report, "-") != 0)
        say(path, &found);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The files of a folder by name; what is no picture or film in it is left out.
static int inspect_folder(struct job *job, const char *folder)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".webp", ".mp4", ".mov",
                                          ".mkv", ".webm", ".avi", ".m4v"};
    DIR *dir = opendir(folder);
    char **name = NULL;
    int count = 0;
    if (!dir)
        return BAUTA_E_NOT_FOUND;
    for (const struct dirent *e; (e = readdir(dir)) && count < FILES_MAX;) {
        const char *dot = strrchr(e->d_name, '.');
        bool known = false;
        for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
            known |= !strcasecmp(dot, endings[i]);
        char **more = known && e->d_name[0] != '.'
                          ? realloc(name, (size_t)(count + 1) * sizeof(*name)) : NULL;
        if (!more)
            continue;
        name = more;
        name[count] = strdup(e->d_name);
        count += name[count] != NULL;
    }
    closedir(dir);
    if (count)
        qsort(name, (size_t)count, sizeof(*name), by_name);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, name[i]);
        inspect(job, path);
        free(name[i]);
    }
    free(name);
    return 0;
}

int bt_read_anchors(const char *path, char **out)
{
    FILE *file = fopen(path, "rbe");
    char *anchors = calloc(1, ANCHORS_MAX + 1);
    const size_t n = file && anchors ? fread(anchors, 1, ANCHORS_MAX, file) : 0;
    if (file)
        fclose(file);
    if (n == 0 || !strstr(anchors, "BEGIN CERTIFICATE")) {
        bt_say_error("--anchors %s: holds no certificates as PEM", path);
        free(anchors);
        return BAUTA_E_FORMAT;
    }
    free(*out);
    *out = anchors;
    return 0;
}

static int take(struct job *job, struct bt_args *args, int flag, bool *done)
{
    struct stat info;
    char *end = NULL;
    int result = 0;
    switch (flag) {
    case ANCHORS:
        result = bt_read_anchors(args->value, &job->anchors);
        job->params.anchors = job->anchors;
        return result;
    case SECONDS:
        job->params.most_seconds = strtod(args->value, &end);
        if (end != args->value && !*end && job->params.most_seconds > 0)
            return 0;
        bt_say_error("--seconds %s: it is a number above 0", args->value);
        return BAUTA_E_USAGE;
    case THOROUGH:
        job->params.thorough = 1;
        return 0;
    case JSON:
        job->report = args->value;
        return 0;
    case NAMES:
        bt_print_flags(stdout, flags);
        *done = true;
        return 0;
    case HELP:
        fputs(help, stdout);
        *done = true;
        return 0;
    case BT_ARG_WORD:
        if (job->report && !job->json.file) {
            result = bt_json_open(&job->json, job->report);
            if (result < 0)
                return result;
            bt_json_array(&job->json, NULL);
        }
        if (!stat(args->value, &info) && S_ISDIR(info.st_mode))
            return inspect_folder(job, args->value);
        inspect(job, args->value);
        return 0;
    default:
        return flag;
    }
}

int bt_cmd_inspect(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    struct job job = {.unmarked = 0};
    bool done = false;
    int flag = 0, result = 0;
    while (result >= 0 && !done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = take(&job, &args, flag, &done);
    if (result >= 0 && !done && !job.files) {
        bt_say_error("a picture, a film or a folder of them is missing; bauta inspect "
                     "--help says more");
        result = BAUTA_E_USAGE;
    }
    if (result >= 0 && job.json.file) {
        bt_json_end_array(&job.json);
        result = bt_json_commit(&job.json);
    }
    bt_json_finish(&job.json);
    free(job.anchors);
    if (result < 0 || done)
        return result;
    return job.error ? job.error : job.tampered ? -TAMPERED : job.unmarked ? -UNMARKED : 0;
}

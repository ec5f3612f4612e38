// SPDX-License-Identifier: Apache-2.0
#include <ini.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bauta/error.h>

#include "base/log.h"
#include "base/opt.h"
#include "nn/manifest.h"

// What the parser takes in a line.
enum { LINE_MAX_BYTES = 190 };

enum kind { TEXT, INT, CHOICE, THREE, TEMPLATE, STEPS, HASH, CLASSES };

struct key {
    const char *section, *name;
    enum kind kind;
    size_t offset, room;      // of texts
    const char *const *words; // of choices
    int min, max;
};

static const char *const roles[] = {"generator", "embedder", "converter", "mask", "enhancer", NULL};
static const char *const types[] = {"any", "float32", "float16", NULL};
static const char *const layouts[] = {"nchw", "nhwc", NULL};
static const char *const channels[] = {"rgb", "bgr", NULL};
static const char *const kinds[] = {"embedding", "image", "none", NULL};
static const char *const steps[] = {"normalise", "emap", "converter", NULL};

#define AT(field) offsetof(struct bt_manifest, field)
#define ROOM(field) sizeof(((struct bt_manifest *)0)->field)
#define WORDS(section, name, field, words)                                               \
    {                                                                                    \
        section, name, CHOICE, AT(field), 0, words, 0, 0                                 \
    }
#define LINE(section, name, field)                                                       \
    {                                                                                    \
        section, name, TEXT, AT(field), ROOM(field), NULL, 0, 0                          \
    }
#define PICTURE(section, field)                                                          \
    {section, "size", INT, AT(field.size), 0, NULL, BT_PICTURE_MIN, BT_PICTURE_MAX},     \
        {section, "template", TEMPLATE, AT(field), 0, NULL, 0, 0},                       \
        WORDS(section, "layout", field.layout, layouts),                                 \
        WORDS(section, "channels", field.channels, channels),                            \
        {section, "mean", THREE, AT(field.mean), 0, NULL, 0, 0},                         \
        {section, "deviation", THREE, AT(field.deviation), 0, NULL, 0, 0},               \
        LINE(section, "tensor", field.tensor)

static const struct key keys[] = {
    LINE("model", "name", name),
    WORDS("model", "role", role, roles),
    LINE("model", "file", file),
    {"model", "sha256", HASH, AT(sha256), 0, NULL, 0, 0},
    LINE("model", "licence", licence),
    LINE("model", "origin", origin),
    WORDS("model", "dtype", type, types),
    PICTURE("input", input),
    WORDS("source", "kind", source.kind, kinds),
    LINE("source", "embedder", source.embedder),
    LINE("source", "converter", source.converter),
    {"source", "steps", STEPS, 0, 0, NULL, 0, 0},
    PICTURE("source", source.picture),
    WORDS("output", "layout", output.layout, layouts),
    WORDS("output", "channels", output.channels, channels),
    {"output", "mean", THREE, AT(output.mean), 0, NULL, 0, 0},
    {"output", "deviation", THREE, AT(output.deviation), 0, NULL, 0, 0},
    LINE("output", "tensor", output.tensor),
    {"output", "length", INT, AT(length), 0, NULL, 1, BT_VECTOR_MAX},
    WORDS("mask", "layout", mask.layout, layouts),
    LINE("mask", "tensor", mask.tensor),
    {"mask", "classes", INT, AT(classes), 0, NULL, 1, BT_CLASSES_MAX},
    {"mask", "face", CLASSES, AT(face), 0, NULL, 0, 0},
};
enum { KEYS = sizeof keys / sizeof *keys };

struct reader {
    struct bt_manifest *out;
    const char *name;
    bool given[KEYS];
    bool wrong;
    bool sized; // size = file
};

const char *bt_role_word(int role)
{
    return roles[role];
}

// Logs and remembers: the parser itself only counts lines.
static int bad(struct reader *r, const char *section, const char *key, const char *what)
{
    if (!r->wrong)
        bt_error("%s: [%s] %s: %s", r->name, section, key, what);
    r->wrong = true;
    return 0;
}

// The word's place in the list, or -1.
static int choose(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], word))
            return i;
    return -1;
}

// Reads up to max finite numbers apart by blanks; -1 where anything else is there.
static int numbers(const char *text, float *out, int max)
{
    int count = 0;
    while (*text) {
        // No other characters make a number here: no hexadecimal, no inf, no nan.
        const size_t length = strspn(text, "+-.0123456789eE");
        char *end = NULL;
        if (!length || count == max)
            return -1;
        const float value = (float)bt_number(text, &end);
        if (end != text + length || !(fabsf(value) <= 1e6f))
            return -1;
        out[count++] = value;
        text = end + strspn(end, " \t");
        if (*end && end == text)
            return -1;
    }
    return count;
}

static const struct {
    const char *word;
    float point[BT_TEMPLATE_POINTS][2];
} templates[] = {
    {"arcface_112_v1", {{.35473214f, .45658929f}, {.64526786f, .45658929f},
                        {.5f, .61154464f}, {.37913393f, .776875f},
                        {.62086607f, .776875f}}},
    {"arcface_112_v2", {{.34191607f, .46157411f}, {.65653393f, .45983393f},
                        {.500225f, .64050536f}, {.37097589f, .82469196f},
                        {.63151696f, .82325089f}}},
    {"arcface_128", {{.36167656f, .40387734f}, {.63696719f, .40235469f},
                     {.50019687f, .56044219f}, {.38710391f, .72160547f},
                     {.61507734f, .72034453f}}},
    {"dfl_whole_face", {{.35342266f, .39285716f}, {.62797622f, .39285716f},
                        {.48660713f, .5401786f}, {.38839287f, .68750011f},
                        {.59821427f, .68750011f}}},
    {"ffhq_512", {{.37691676f, .46864664f}, {.62285697f, .46912813f},
                  {.50123859f, .61331904f}, {.39308822f, .725411f},
                  {.61150205f, .72490465f}}},
    {"mtcnn_512", {{.36562865f, .46733799f}, {.63305391f, .46585885f},
                   {.50019127f, .61942959f}, {.39032951f, .77598822f},
                   {.61178945f, .77476328f}}},
};
enum { TEMPLATES = sizeof templates / sizeof *templates };

bool bt_template_find(const char *word, float template[BT_TEMPLATE_POINTS][2])
{
    for (int i = 0; i < TEMPLATES; i++)
        if (!strcmp(templates[i].word, word)) {
            memcpy(template, templates[i].point, sizeof templates[i].point);
            return true;
        }
    return false;
}

const char *bt_template_word(const float template[BT_TEMPLATE_POINTS][2])
{
    for (int i = 0; i < TEMPLATES; i++)
        if (!memcmp(templates[i].point, template, sizeof templates[i].point))
            return templates[i].word;
    return NULL;
}

// The eyes stand beside each other, the mouth under them, all near the picture.
static bool is_face(const float point[BT_TEMPLATE_POINTS][2])
{
    for (int i = 0; i < BT_TEMPLATE_POINTS; i++)
        if (!(point[i][0] > -1 && point[i][0] < 2 && point[i][1] > -1 && point[i][1] < 2))
            return false;
    return point[1][0] - point[0][0] > .05f && point[3][1] - point[0][1] > .05f &&
           point[4][1] - point[1][1] > .05f;
}

static bool set_template(struct bt_manifest_picture *picture, const char *value)
{
    float point[BT_TEMPLATE_POINTS][2];
    if (!bt_template_find(value, point) &&
        (numbers(value, point[0], 2 * BT_TEMPLATE_POINTS) != 2 * BT_TEMPLATE_POINTS ||
         !is_face((const float(*)[2])point)))
        return false;
    memcpy(picture->template, point, sizeof point);
    return picture->aligned = true;
}

static bool set_steps(struct bt_manifest *out, const char *value)
{
    char copy[LINE_MAX_BYTES + 1], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", value);
    for (char *word = strtok_r(copy, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        const int step = choose(steps, word);
        if (step < 0 || out->source.steps == BT_STEPS_MAX)
            return false;
        out->source.step[out->source.steps++] = step;
    }
    return true;
}

static bool set_classes(uint64_t *face, const char *value)
{
    float number[BT_CLASSES_MAX];
    const int count = numbers(value, number, BT_CLASSES_MAX);
    *face = 0;
    for (int i = 0; i < count; i++) {
        if (!(number[i] >= 0 && number[i] < BT_CLASSES_MAX) ||
            number[i] != floorf(number[i]))
            return false;
        *face |= (uint64_t)1 << (int)number[i];
    }
    return count > 0;
}

static bool set_hash(char hash[65], const char *value)
{
    if (strlen(value) != 64 || strspn(value, "0123456789abcdefABCDEF") != 64)
        return false;
    for (int i = 0; i < 64; i++)
        hash[i] = value[i] >= 'A' && value[i] <= 'F' ? (char)(value[i] + 32) : value[i];
    return true;
}

static int set_int(struct reader *r, const struct key *key, int *place, const char *value)
{
    if (!strcmp(key->name, "size") && !strcmp(value, "file")) {
        r->sized = r->sized || !strcmp(key->section, "input");
        return 1;
    }
    char *end = NULL;
    const long number = strtol(value, &end, 10);
    char what[96];
    snprintf(what, sizeof what, "must be a whole number from %d to %d", key->min, key->max);
    if (!*value || *end || number < key->min || number > key->max)
        return bad(r, key->section, key->name, what);
    *place = (int)number;
    return 1;
}

static const char *list_words(const char *const *words, char *what, size_t size)
{
    size_t at = (size_t)snprintf(what, size, "must be %s", words[0]);
    for (int i = 1; words[i] && at < size; i++)
        at += (size_t)snprintf(what + at, size - at, "%s%s", words[i + 1] ? ", " : " or ",
                               words[i]);
    return what;
}

static int set(struct reader *r, const struct key *key, const char *value)
{
    char *place = (char *)r->out + key->offset, what[160];
    float *three = (float *)(void *)place;
    int chosen;
    switch (key->kind) {
    case TEXT:
        if (strlen(value) >= key->room)
            return bad(r, key->section, key->name, "is too long");
        strcpy(place, value);
        return 1;
    case INT:
        return set_int(r, key, (int *)(void *)place, value);
    case CHOICE:
        chosen = choose(key->words, value);
        if (chosen < 0)
            return bad(r, key->section, key->name, list_words(key->words, what, sizeof what));
        *(int *)(void *)place = chosen;
        return 1;
    case THREE:
        chosen = numbers(value, three, 3);
        if (chosen == 1)
            three[1] = three[2] = three[0];
        return chosen == 1 || chosen == 3
                   ? 1
                   : bad(r, key->section, key->name, "must be one number, or three: R G B");
    case TEMPLATE:
        return set_template((struct bt_manifest_picture *)(void *)place, value)
                   ? 1
                   : bad(r, key->section, key->name,
                         "must be a known name, or ten numbers: x and y of left eye, right "
                         "eye, nose, and the mouth's corners, in shares of the side");
    case STEPS:
        return set_steps(r->out, value)
                   ? 1
                   : bad(r, key->section, key->name,
                         "must be up to four of normalise, emap and converter");
    case CLASSES:
        return set_classes((uint64_t *)(void *)place, value)
                   ? 1
                   : bad(r, key->section, key->name, "must be numbers of classes, from 0 on");
    default:
        return set_hash(place, value)
                   ? 1
                   : bad(r, key->section, key->name, "must be 64 hexadecimal digits");
    }
}

static int set_constant(struct reader *r, const char *name, const char *value)
{
    struct bt_manifest *out = r->out;
    if (out->constants == BT_CONSTANTS_MAX)
        return bad(r, "constants", name, "is one too many");
    if (strlen(name) >= sizeof out->constant[0].tensor ||
        numbers(value, &out->constant[out->constants].value, 1) != 1)
        return bad(r, "constants", name, "must be one number");
    strcpy(out->constant[out->constants++].tensor, name);
    return 1;
}

static int take(void *opaque, const char *section, const char *name, const char *value)
{
    struct reader *r = opaque;
    if (r->wrong)
        return 0;
    if (!strcmp(section, "constants"))
        return set_constant(r, name, value);
    for (int i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].section, section) != 0 || strcmp(keys[i].name, name) != 0)
            continue;
        if (r->given[i])
            return bad(r, section, name, "is given twice");
        r->given[i] = true;
        if (!strcmp(section, "mask"))
            r->out->masked = true;
        return set(r, &keys[i], value);
    }
    return bad(r, section, name, "is no key of a model's manifest");
}

// The parser knows nothing of these: bytes that are no text, lines that it would cut.
static int check_text(const char *text, size_t size, const char *name)
{
    int line = 1;
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        length = c == '\n' ? 0 : length + 1;
        line += c == '\n';
        if (length > LINE_MAX_BYTES) {
            bt_error("%s:%d: a line of a manifest has at most %d bytes", name, line,
                     LINE_MAX_BYTES);
            return BAUTA_E_FORMAT;
        }
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 127) {
            bt_error("%s:%d: is no manifest of a model: it is not text", name, line);
            return BAUTA_E_FORMAT;
        }
    }
    return 0;
}

static bool is_name(const char *name)
{
    const size_t length = strlen(name);
    return length && length <= BT_MODEL_NAME_MAX && name[0] != '.' && name[0] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               length;
}

static int check_source(struct reader *r)
{
    struct bt_manifest *m = r->out;
    bool converts = false;
    for (int i = 0; i < m->source.steps; i++)
        converts |= m->source.step[i] == BT_STEP_CONVERTER;
    if (m->source.kind == BT_SOURCE_EMBEDDING && !is_name(m->source.embedder))
        return bad(r, "source", "embedder", "must name the model that makes the vector");
    if (m->source.kind == BT_SOURCE_IMAGE &&
        (!m->source.picture.aligned || !m->source.picture.size))
        return bad(r, "source", "kind", "a picture needs its size and template");
    if (m->source.kind != BT_SOURCE_EMBEDDING && m->source.steps)
        return bad(r, "source", "steps", "is of vectors, and the source is none");
    if (converts != (m->source.converter[0] != 0) ||
        (converts && !is_name(m->source.converter)))
        return bad(r, "source", "converter", "must be named where a step uses it");
    return 1;
}

static bool positive(const float v[3])
{
    return v[0] > 0 && v[1] > 0 && v[2] > 0;
}

// What single values do not say.
static int check_whole(struct reader *r)
{
    struct bt_manifest *m = r->out;
    if (!is_name(m->name))
        return bad(r, "model", "name", "must have 1 to 63 letters, digits, . _ and -");
    if (!r->given[1])
        return bad(r, "model", "role", "is missing");
    if (!m->file[0])
        return bad(r, "model", "file", "is missing");
    if (!positive(m->input.deviation) || !positive(m->output.deviation) ||
        !positive(m->source.picture.deviation))
        return bad(r, "input", "deviation", "must be above 0");
    if (m->role == BT_ROLE_CONVERTER)
        return 1;
    if (!m->input.size && !r->sized)
        return bad(r, "input", "size", "is missing; write file where the file says it");
    if (!m->input.aligned)
        return bad(r, "input", "template", "is missing");
    if (m->role == BT_ROLE_MASK && (m->classes > 1) != (m->face != 0))
        return bad(r, "mask", "face", "must say which of the classes are face");
    if (m->role == BT_ROLE_MASK && m->classes < 64 && m->face >> m->classes)
        return bad(r, "mask", "face", "names a class that there is not");
    if (m->role == BT_ROLE_MASK || m->role == BT_ROLE_ENHANCER)
        m->source.kind = BT_SOURCE_NONE;
    return m->role == BT_ROLE_GENERATOR ? check_source(r) : 1;
}

static void ones(float v[3])
{
    v[0] = v[1] = v[2] = 1;
}

int bt_manifest_parse(const char *text, size_t size, const char *name,
                      struct bt_manifest *out)
{
    struct bt_manifest read = {.length = 512, .classes = 1};
    struct reader r = {.out = &read, .name = name};
    ones(read.input.deviation);
    ones(read.output.deviation);
    ones(read.source.picture.deviation);
    if (size > BT_MANIFEST_MAX) {
        bt_error("%s: a model's manifest has at most %zu bytes", name, BT_MANIFEST_MAX);
        return BAUTA_E_TOO_LARGE;
    }
    const int error = check_text(text, size, name);
    if (error)
        return error;
    char whole[BT_MANIFEST_MAX + 1];
    memcpy(whole, text, size);
    whole[size] = 0;
    const int line = ini_parse_string(whole, take, &r);
    if (line != 0 && !r.wrong)
        bt_error("%s:%d: is neither [section], key = value nor a comment", name, line);
    if (line != 0 || r.wrong || !check_whole(&r))
        return BAUTA_E_FORMAT;
    *out = read;
    return 0;
}

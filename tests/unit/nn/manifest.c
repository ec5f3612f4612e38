// SPDX-License-Identifier: Apache-2.0
// Manifests of models, and constants of ONNX files: what is read, and what is refused.
#include <stdlib.h>

#include <bauta/error.h>
#include <bauta/log.h>

#include "../check.h"
#include "nn/half.h"
#include "nn/manifest.h"

static char last_error[2048];

static void keep_error(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof last_error, "%s", line);
}

static const char good[] = "[model]\nrole = generator\nfile = x.onnx\n"
                           "[input]\nsize = 128\ntemplate = ffhq_512\n"
                           "[source]\nkind = none\n";

static int parse(const char *text, struct bt_manifest *out)
{
    last_error[0] = 0;
    return bt_manifest_parse(text, strlen(text), "made", out);
}

static void check_defaults(void)
{
    struct bt_manifest m;
    float template[5][2];
    CHECK_INT(parse(good, &m), BAUTA_E_FORMAT); // Its name is missing.
    CHECK(strstr(last_error, "name") != NULL);
    char text[1024];
    snprintf(text, sizeof text, "%sembedder = e\n[model]\nname = a\n", good);
    if (!CHECK_INT(parse(text, &m), 0))
        return;
    CHECK(bt_template_find("ffhq_512", template));
    CHECK(!memcmp(template, m.input.template, sizeof template));
    CHECK_TEXT(bt_template_word((const float(*)[2])m.input.template), "ffhq_512");
    CHECK_INT(m.length, 512);
    CHECK_INT(m.type, BT_TYPE_ANY);
    CHECK_INT(m.input.layout, BT_NCHW);
    CHECK_INT(m.input.channels, BT_RGB);
    CHECK(m.input.mean[0] == 0 && m.input.deviation[2] == 1 && !m.masked);
}

static void check_values(void)
{
    struct bt_manifest m;
    if (!CHECK_INT(parse("; a comment\n[model]\nname = a-1.b\nrole = generator\n"
                         "file = d/x.onnx\nsha256 = "
                         "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\n"
                         "dtype = float16\n[input]\nsize = 256\nlayout = nhwc\n"
                         "channels = bgr\nmean = 0.1 -0.2 3e-1\ndeviation = 0.5\n"
                         "tensor = in #1\ntemplate = .3 .4 .7 .4 .5 .6 .35 .8 .65 .8\n"
                         "[source]\nkind = embedding\nembedder = arc\nconverter = c\n"
                         "steps = converter normalise\n[mask]\ntensor = m\n"
                         "[constants]\nweight = 0.75\n", &m), 0))
        return;
    CHECK_TEXT(m.sha256, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    CHECK(m.input.mean[1] == -.2f && m.input.mean[2] == .3f);
    CHECK(m.input.deviation[0] == .5f && m.input.deviation[2] == .5f);
    CHECK(m.input.template[4][0] == .65f);
    CHECK(bt_template_word((const float(*)[2])m.input.template) == NULL);
    CHECK_INT(m.source.steps, 2);
    CHECK_INT(m.source.step[0], BT_STEP_CONVERTER);
    CHECK_INT(m.source.step[1], BT_STEP_NORMALISE);
    CHECK(m.masked);
    CHECK_TEXT(m.mask.tensor, "m");
    CHECK_INT(m.constants, 1);
    CHECK_TEXT(m.constant[0].tensor, "weight");
    CHECK(m.constant[0].value == .75f);
    // A net without a source, of three classes of which two are face.
    if (!CHECK_INT(parse("[model]\nname = a\nrole = mask\nfile = x\n[input]\nsize = 64\n"
                         "template = ffhq_512\n[mask]\nclasses = 3\nface = 0 2\n", &m), 0))
        return;
    CHECK_INT(m.role, BT_ROLE_MASK);
    CHECK_INT(m.source.kind, BT_SOURCE_NONE);
    CHECK_INT(m.classes, 3);
    CHECK(m.face == 5);
}

static void check_refused(void)
{
    static const struct {
        const char *more, *word;
    } wrong[] = {
        {"[model]\nrole = generator\n", "given twice"},
        {"[model]\nwhat = 1\n", "no key"},
        {"[other]\nname = 1\n", "no key"},
        {"[model]\nname = ../x\n", "name"},
        {"[model]\nname = a\nsha256 = 12\n", "64 hexadecimal"},
        {"[model]\nname = a\ndtype = int8\n", "must be any, float32 or float16"},
        {"[model]\nname = a\n[input]\nlayout = nwhc\n", "must be nchw or nhwc"},
        {"[model]\nname = a\n[input]\nmean = 1 2\n", "one number, or three"},
        {"[model]\nname = a\n[input]\nmean = nan\n", "one number, or three"},
        {"[model]\nname = a\n[input]\nmean = 1e99\n", "one number, or three"},
        {"[model]\nname = a\n[input]\ndeviation = 0\n", "above 0"},
        {"[model]\nname = a\n[output]\nlength = 100000\n", "1 to 4096"},
        {"[model]\nname = a\n[constants]\nx = y\n", "one number"},
        {"[model]\nname = a\n[constants]\na=1\nb=1\nc=1\nd=1\ne=1\n", "one too many"},
        {"[source]\nsteps = emap\n[model]\nname = a\n", "of vectors"},
        {"[source]\nconverter = c\n[model]\nname = a\n", "where a step uses it"},
        {"[model]\nname = a\n[mask]\nclasses = 65\n", "1 to 64"},
        {"[model]\nname = a\n[mask]\nface = 64\n", "from 0 on"},
        {"[model]\nname = a\n[mask]\nface = 1.5\n", "from 0 on"},
        {"[model]\nname = a\n[mask]\nface =\n", "from 0 on"},
        {"[model]\nname = a\nno sign of equality\n", "made:"},
        {"[model]\nname = \033[31m\n", "not text"},
    };
    struct bt_manifest m;
    char text[1024], large[BT_MANIFEST_MAX + 2];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "%s%s", good, wrong[i].more);
        check_integer(parse(text, &m), BAUTA_E_FORMAT, wrong[i].more, __FILE__, __LINE__);
        if (!CHECK(strstr(last_error, wrong[i].word) != NULL))
            fprintf(stderr, "  '%s' lacks '%s'\n", last_error, wrong[i].word);
    }
    static const char net[] = "[model]\nname = a\nrole = mask\nfile = x\n[input]\nsize = 64\n"
                              "template = ffhq_512\n[mask]\n";
    snprintf(text, sizeof text, "%sclasses = 3\n", net);
    CHECK_INT(parse(text, &m), BAUTA_E_FORMAT);
    CHECK(strstr(last_error, "which of the classes") != NULL);
    snprintf(text, sizeof text, "%sclasses = 3\nface = 3\n", net);
    CHECK_INT(parse(text, &m), BAUTA_E_FORMAT);
    CHECK(strstr(last_error, "there is not") != NULL);
    CHECK_INT(parse("", &m), BAUTA_E_FORMAT);
    CHECK_INT(bt_manifest_parse("a\0b", 3, "made", &m), BAUTA_E_FORMAT);
    memset(large, '\n', sizeof large);
    CHECK_INT(bt_manifest_parse(large, sizeof large, "made", &m), BAUTA_E_TOO_LARGE);
    memset(large, 'a', 300);
    large[300] = 0;
    CHECK_INT(parse(large, &m), BAUTA_E_FORMAT);
    CHECK(strstr(last_error, "at most 190") != NULL);
}

static void check_halves(void)
{
    static const struct {
        float value;
        uint16_t half;
    } pair[] = {{0, 0}, {1, 0x3c00}, {-2, 0xc000}, {65504, 0x7bff}, {65520, 0x7c00},
                {65519, 0x7bff}, {0x1p-24f, 1}, {0x1p-25f, 0}, {0x1.8p-24f, 2},
                {-0x1p-14f, 0x8400}, {1.00048828125f, 0x3c00}, {1.00146484375f, 0x3c02}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        CHECK_INT(bt_half_from_float(pair[i].value), pair[i].half);
    int wrong = 0;
    for (unsigned h = 0; h < 0x10000; h++)
        wrong += (h & 0x7c00) != 0x7c00 &&
                 bt_half_from_float(bt_half_to_float((uint16_t)h)) != h;
    CHECK_INT(wrong, 0);
    CHECK(isnan(bt_half_to_float(0x7e00)) && isnan(bt_half_to_float(bt_half_from_float(NAN))));
}

struct found {
    char names[8];
    float value[4];
    int count, stop;
};

static int each(void *opaque, const struct bt_onnx_constant *c)
{
    struct found *f = opaque;
    f->names[strlen(f->names)] = c->name[0];
    CHECK(bt_onnx_values(c, f->value, 5) == BAUTA_E_FORMAT);
    f->count += bt_onnx_values(c, f->value, 4) == 0;
    return f->stop;
}

static void check_constants(void)
{
    // Halves as varints 1, 2, 0, -1 in a 2x2 tensor h; floats 1, 2 and two more in f.
    static const uint8_t whole[] = {
        8, 8, 58, 50, 42, 20, 10, 2, 2, 2, 16, 10, 42, 9, 0x80, 0x78, 0x80, 0x80, 1, 0,
        0x80, 0xf8, 2, 66, 1, 'h',
        42, 26, 10, 1, 4, 16, 1, 34, 16, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40,
        0, 0, 0x80, 0x40, 66, 1, 'f'};
    const size_t n = sizeof whole;
    struct found f = {{0}, {0}, 0, 0};
    CHECK_INT(bt_onnx_constants(whole, n, each, &f), 0);
    CHECK_TEXT(f.names, "hf");
    CHECK_INT(f.count, 2);
    CHECK(f.value[0] == 1 && f.value[3] == 4);
    f = (struct found){{0}, {0}, 0, 7};
    CHECK_INT(bt_onnx_constants(whole, n, each, &f), 7);
    CHECK_TEXT(f.names, "h");
    CHECK(f.value[0] == 1 && f.value[1] == 2 && f.value[2] == 0 && f.value[3] == -1);
    for (size_t cut = 3; cut < n; cut++) {
        f = (struct found){{0}, {0}, 0, 0};
        CHECK_INT(bt_onnx_constants(whole, cut, each, &f), BAUTA_E_FORMAT);
    }
    CHECK_INT(bt_onnx_constants(whole, 0, each, &f), 0);
}

int main(void)
{
    bauta_log_set(keep_error, NULL);
    check_defaults();
    check_values();
    check_refused();
    check_halves();
    check_constants();
    return check_end();
}

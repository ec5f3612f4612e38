// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bauta/error.h>

#include "base/log.h"
#include "nn/manifest.h"

struct out {
    char *text;
    size_t at, size;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (o->at < o->size)
        o->at += (size_t)vsnprintf(o->text + o->at, o->size - o->at, format, args);
    va_end(args);
}

static void put_text(struct out *o, const char *key, const char *value)
{
    if (value[0])
        put(o, "%s = %s\n", key, value);
}

static void put_three(struct out *o, const char *key, const float v[3])
{
    put(o, "%s = %.9g %.9g %.9g\n", key, (double)v[0], (double)v[1], (double)v[2]);
}

static void put_picture(struct out *o, const struct bt_manifest_picture *p, bool whole)
{
    const char *word = bt_template_word(p->template);
    if (whole && p->size)
        put(o, "size = %d\n", p->size);
    else if (whole)
        put(o, "size = file\n");
    if (whole && word)
        put(o, "template = %s\n", word);
    else if (whole) {
        put(o, "template =");
        for (int i = 0; i < BT_TEMPLATE_POINTS; i++)
            put(o, " %.6f %.6f", (double)p->template[i][0], (double)p->template[i][1]);
        put(o, "\n");
    }
    put(o, "layout = %s\nchannels = %s\n", p->layout == BT_NHWC ? "nhwc" : "nchw",
        p->channels == BT_BGR ? "bgr" : "rgb");
    put_three(o, "mean", p->mean);
    put_three(o, "deviation", p->deviation);
    put_text(o, "tensor", p->tensor);
}

static void put_source(struct out *o, const struct bt_manifest *m)
{
    static const char *const kinds[] = {"embedding", "image", "none"};
    static const char *const steps[] = {"normalise", "emap", "converter"};
    put(o, "\n[source]\nkind = %s\n", kinds[m->source.kind]);
    put_text(o, "embedder", m->source.embedder);
    put_text(o, "converter", m->source.converter);
    if (m->source.steps)
        put(o, "steps =");
    for (int i = 0; i < m->source.steps; i++)
        put(o, " %s", steps[m->source.step[i]]);
    if (m->source.steps)
        put(o, "\n");
    if (m->source.kind == BT_SOURCE_IMAGE)
        put_picture(o, &m->source.picture, true);
    else
        put_text(o, "tensor", m->source.picture.tensor);
}

static void put_mask(struct out *o, const struct bt_manifest *m)
{
    put(o, "\n[mask]\nlayout = %s\n", m->mask.layout == BT_NHWC ? "nhwc" : "nchw");
    put_text(o, "tensor", m->mask.tensor);
    if (m->classes > 1)
        put(o, "classes = %d\n", m->classes);
    if (m->face)
        put(o, "face =");
    for (int i = 0; i < BT_CLASSES_MAX; i++)
        if (m->face >> i & 1)
            put(o, " %d", i);
    put(o, m->face ? "\n" : "");
}

int bt_manifest_write(const struct bt_manifest *m, char *text, size_t size)
{
    static const char *const types[] = {"any", "float32", "float16"};
    struct bt_manifest back;
    struct out o = {text, 0, size};
    put(&o, "[model]\nname = %s\nrole = %s\nfile = %s\n", m->name, bt_role_word(m->role),
        m->file);
    put_text(&o, "sha256", m->sha256);
    put_text(&o, "licence", m->licence);
    put_text(&o, "origin", m->origin);
    put(&o, "dtype = %s\n\n[input]\n", types[m->type]);
    if (m->role == BT_ROLE_CONVERTER)
        put_text(&o, "tensor", m->input.tensor);
    else
        put_picture(&o, &m->input, true);
    if (m->role == BT_ROLE_GENERATOR)
        put_source(&o, m);
    put(&o, "\n[output]\nlength = %d\n", m->length);
    put_picture(&o, &m->output, false);
    if (m->masked || m->role == BT_ROLE_MASK)
        put_mask(&o, m);
    for (int i = 0; i < m->constants; i++)
        put(&o, "%s%s = %.9g\n", i ? "" : "\n[constants]\n", m->constant[i].tensor,
            (double)m->constant[i].value);
    // Names and paths may hold what an INI file cannot.
    if (o.at < size && !bt_manifest_parse(text, o.at, m->name, &back) &&
        !strcmp(back.file, m->file) && !strcmp(back.name, m->name) &&
        !strcmp(back.sha256, m->sha256))
        return 0;
    bt_error("%s: a manifest cannot hold this name or path (%s); put the file where the "
             "path is short and plain", m->name, m->file);
    return BAUTA_E_USAGE;
}

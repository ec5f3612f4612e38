// SPDX-License-Identifier: Apache-2.0
// The few fields of an ONNX file that its runtime does not show: constants. The numbers of
// the fields are those of onnx.proto.
#include <stdio.h>
#include <string.h>

#include <bauta/error.h>

#include "nn/half.h"
#include "nn/manifest.h"

struct wire {
    const uint8_t *at, *end;
};
struct field {
    unsigned number, type;
    uint64_t value;      // type 0
    struct wire content; // type 2
};

static bool varint(struct wire *w, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && w->at < w->end; shift += 7) {
        const uint8_t byte = *w->at++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *out = value;
            return true;
        }
    }
    return false;
}

// 1: a field, 0: the end, -1: no such thing.
static int next(struct wire *w, struct field *f)
{
    uint64_t key, length;
    if (w->at == w->end)
        return 0;
    if (!varint(w, &key))
        return -1;
    f->number = (unsigned)(key >> 3);
    f->type = key & 7;
    if (f->type == 0)
        return varint(w, &f->value) ? 1 : -1;
    if (f->type == 1 || f->type == 5)
        length = f->type == 1 ? 8 : 4;
    else if (f->type != 2 || !varint(w, &length))
        return -1;
    if (length > (uint64_t)(w->end - w->at))
        return -1;
    f->content = (struct wire){w->at, w->at + length};
    w->at += length;
    return 1;
}

static bool add_dimension(struct bt_onnx_constant *c, uint64_t value)
{
    if (value > INT32_MAX)
        return false;
    if (c->rank < 4)
        c->shape[c->rank] = (int64_t)value;
    c->rank++;
    return true;
}

// One constant: 0, or -1.
static int read_tensor(struct wire w, struct bt_onnx_constant *c)
{
    struct field f;
    int got;
    *c = (struct bt_onnx_constant){.shape = {1, 1, 1, 1}};
    while ((got = next(&w, &f)) > 0) {
        uint64_t value = f.value;
        if (f.number == 1 && f.type == 0 && !add_dimension(c, value))
            return -1;
        while (f.number == 1 && f.type == 2 && f.content.at < f.content.end)
            if (!varint(&f.content, &value) || !add_dimension(c, value))
                return -1;
        if (f.number == 2 && f.type == 0)
            c->type = value < 100 ? (int)value : 0;
        if (f.type != 2)
            continue;
        const size_t bytes = (size_t)(f.content.end - f.content.at);
        if (f.number == 8)
            snprintf(c->name, sizeof c->name, "%.*s",
                     bytes < sizeof c->name ? (int)bytes : (int)sizeof c->name - 1,
                     (const char *)f.content.at);
        if (f.number == 9)
            c->raw = f.content.at, c->bytes = bytes;
        if ((f.number == 4 || f.number == 5) && !c->raw)
            c->packed = f.content.at, c->bytes = bytes;
    }
    if (c->raw)
        c->packed = NULL;
    return got;
}

int bt_onnx_constants(const uint8_t *data, size_t size,
                      int (*each)(void *opaque, const struct bt_onnx_constant *constant),
                      void *opaque)
{
    struct wire model = {data, data + size};
    struct field f, g;
    int got = 0, inner = 0;
    while (size && (got = next(&model, &f)) > 0) {
        if (f.number != 7 || f.type != 2)
            continue;
        struct wire graph = f.content;
        while ((inner = next(&graph, &g)) > 0) {
            struct bt_onnx_constant constant;
            if (g.number != 5 || g.type != 2)
                continue;
            if (read_tensor(g.content, &constant) < 0)
                return BAUTA_E_FORMAT;
            const int result = each(opaque, &constant);
            if (result)
                return result;
        }
        if (inner < 0)
            return BAUTA_E_FORMAT;
    }
    return got < 0 ? BAUTA_E_FORMAT : 0;
}

static float float_at(const uint8_t *p)
{
    const uint32_t word = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                          (uint32_t)p[3] << 24;
    float value;
    memcpy(&value, &word, 4);
    return value;
}

int bt_onnx_values(const struct bt_onnx_constant *c, float *out, size_t count)
{
    const bool half = c->type == 10;
    if (!half && c->type != 1)
        return BAUTA_E_FORMAT;
    if (c->raw || !half) {
        const uint8_t *from = c->raw ? c->raw : c->packed;
        const size_t width = half ? 2 : 4;
        if (!from || c->bytes / width != count || c->bytes % width)
            return BAUTA_E_FORMAT;
        for (size_t i = 0; i < count; i++)
            out[i] = half ? bt_half_to_float((uint16_t)(from[2 * i] | from[2 * i + 1] << 8))
                          : float_at(from + 4 * i);
        return 0;
    }
    struct wire list = {c->packed, c->packed ? c->packed + c->bytes : NULL};
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        if (!list.at || !varint(&list, &value) || value > 0xffff)
            return BAUTA_E_FORMAT;
        out[i] = bt_half_to_float((uint16_t)value);
    }
    return list.at == list.end ? 0 : BAUTA_E_FORMAT;
}

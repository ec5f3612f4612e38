// SPDX-License-Identifier: Apache-2.0
#include "swap/neural/generator.h"

#include <math.h>
#include <string.h>

#include "base/log.h"
#include "swap/neural/align.h"

// The portrait's aligned square as a tensor.
static int cut(struct bt_generator *g, const struct bt_source_face *who,
               const struct bt_manifest_picture *picture, float *tensor)
{
    struct bt_affine map;
    const int side = BT_PORTRAIT_SIZE;
    if (!who->portrait ||
        !bt_align_map((const float(*)[2])who->portrait_point,
                      (const float(*)[2])picture->template, picture->size, &map))
        return BAUTA_E_NO_FACE;
    for (int i = 0; i < side * side; i++) {
        memcpy(g->rgbx + 4 * i, who->portrait + 3 * i, 3);
        g->rgbx[4 * i + 3] = 255;
    }
    bt_align_sample(g->rgbx, side, side, side * 4, map, picture->size, g->picture);
    bt_tensor_write(picture, picture->size, (const float(*)[3])g->picture, tensor);
    return 0;
}

static void normalise(float *vector, int length)
{
    double square = 0;
    for (int i = 0; i < length; i++)
        square += (double)vector[i] * vector[i];
    const float scale = square > 0 ? (float)(1 / sqrt(square)) : 0;
    for (int i = 0; i < length; i++)
        vector[i] *= scale;
}

static void multiply(const float *emap, float *vector)
{
    double sum[BT_EMAP] = {0};
    for (int i = 0; i < BT_EMAP; i++)
        for (int j = 0; j < BT_EMAP; j++)
            sum[j] += (double)vector[i] * emap[i * BT_EMAP + j];
    for (int j = 0; j < BT_EMAP; j++)
        vector[j] = (float)sum[j];
}

static int convert(struct bt_generator *g, float *vector, int length)
{
    const struct bt_net_info *info = bt_net_info(g->converter);
    const size_t size = (size_t)length * sizeof(float);
    memcpy(info->input[g->converter_in].data, vector, size);
    const int error = bt_net_run(g->converter);
    if (!error)
        memcpy(vector, info->output[g->converter_out].data, size);
    return error;
}

static int embed(struct bt_generator *g, const struct bt_source_face *who, float *vector)
{
    const struct bt_net_info *info = bt_net_info(g->embedder);
    const struct bt_manifest *m = &g->model.manifest;
    int error =
        cut(g, who, &g->embedder_model.manifest.input, info->input[g->embedder_in].data);
    if (!error)
        error = bt_net_run(g->embedder);
    if (error)
        return error;
    memcpy(vector, info->output[g->embedder_out].data, (size_t)m->length * sizeof(float));
    for (int i = 0; i < m->source.steps && !error; i++) {
        if (m->source.step[i] == BT_STEP_NORMALISE)
            normalise(vector, m->length);
        else if (m->source.step[i] == BT_STEP_EMAP)
            multiply(g->emap, vector);
        else
            error = convert(g, vector, m->length);
    }
    return error;
}

static bool all_finite(const float *value, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good &= fabsf(value[i]) < 1e9f;
    return good;
}

int bt_generator_source(struct bt_generator *g, const struct bt_source_face *who,
                        float *source)
{
    const struct bt_manifest *m = &g->model.manifest;
    if (m->source.kind == BT_SOURCE_NONE)
        return 0;
    const int error = m->source.kind == BT_SOURCE_IMAGE
                          ? cut(g, who, &m->source.picture, source)
                          : embed(g, who, source);
    if (error || all_finite(source, g->source_count))
        return error;
    bt_error("%s: what it makes of the photo is no number", m->source.embedder);
    return BAUTA_E_RUNTIME;
}

// FNV-1a, by words.
uint64_t bt_portrait_key(const uint8_t *portrait)
{
    const size_t bytes = (size_t)3 * BT_PORTRAIT_SIZE * BT_PORTRAIT_SIZE;
    uint64_t key = 14695981039346656037u;
    if (!portrait)
        return 0;
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        uint64_t word;
        memcpy(&word, portrait + i, 8);
        key = (key ^ word) * 1099511628211u;
    }
    return key ? key : 1;
}

bool bt_generator_covers(const float *mask, int size)
{
    double sum = 0;
    int count = 0;
    for (int y = size / 4; y < size * 3 / 4; y++)
        for (int x = size / 4; x < size * 3 / 4; x++, count++)
            sum += fminf(fmaxf(mask[y * size + x], 0), 1);
    return sum >= .5 * count;
}

int bt_generator_run(struct bt_generator *g, const float (*target)[3],
                     const float *source, float (*out)[3], float *mask)
{
    const struct bt_net_info *info = bt_net_info(g->net);
    const struct bt_manifest *m = &g->model.manifest;
    const size_t pixels = (size_t)g->size * (size_t)g->size;
    bt_tensor_write(&m->input, g->size, target, info->input[g->target].data);
    if (g->source >= 0)
        memcpy(info->input[g->source].data, source, g->source_count * sizeof(float));
    const int error = bt_net_run(g->net);
    if (error)
        return error;
    const float *cover = g->mask >= 0 ? info->output[g->mask].data : NULL;
    if (!all_finite(info->output[g->output].data, 3 * pixels) ||
        (cover && !all_finite(cover, pixels))) {
        bt_error("%s: what it gave is no picture", m->name);
        return BAUTA_E_RUNTIME;
    }
    if (cover && !bt_generator_covers(cover, g->size)) {
        bt_error("%s: its mask leaves most of the face uncovered", m->name);
        return BAUTA_E_RUNTIME;
    }
    bt_tensor_read(&m->output, g->size, info->output[g->output].data, out);
    for (size_t i = 0; i < pixels; i++)
        mask[i] = cover ? fminf(fmaxf(cover[i], 0), 1) : 1;
    return 0;
}

int bt_generator_mask(struct bt_generator *g, const float (*target)[3], float *mask)
{
    const struct bt_net_info *info = bt_net_info(g->net);
    const struct bt_manifest *m = &g->model.manifest;
    const size_t pixels = (size_t)g->size * (size_t)g->size, n = (size_t)m->classes;
    const bool last = m->mask.layout == BT_NHWC;
    bt_tensor_write(&m->input, g->size, target, info->input[g->target].data);
    const int error = bt_net_run(g->net);
    if (error)
        return error;
    const float *value = info->output[g->mask].data;
    if (!all_finite(value, n * pixels)) {
        bt_error("%s: what it gave is no mask", m->name);
        return BAUTA_E_RUNTIME;
    }
    for (size_t i = 0; i < pixels && n == 1; i++)
        mask[i] = fminf(fmaxf(value[i], 0), 1);
    for (size_t i = 0; i < pixels && n > 1; i++) {
        const float *at = value + (last ? i * n : i);
        const size_t step = last ? 1 : pixels;
        float most = at[0], face = 0, all = 0;
        for (size_t k = 1; k < n; k++)
            most = fmaxf(most, at[k * step]);
        for (size_t k = 0; k < n; k++) {
            const float share = expf(at[k * step] - most);
            all += share;
            face += m->face >> k & 1 ? share : 0;
        }
        mask[i] = face / all;
    }
    return 0;
}

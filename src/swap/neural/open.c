// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "swap/neural/align.h"
#include "swap/neural/generator.h"

// The matrix ---------------------------------------------------------------------------

struct hunt {
    float *emap;
    int found, error;
};

// The last one of that shape is taken, as those who made these files do.
static int look(void *opaque, const struct bt_onnx_constant *c)
{
    struct hunt *h = opaque;
    if (c->rank != 2 || c->shape[0] != BT_EMAP || c->shape[1] != BT_EMAP ||
        (c->type != 1 && c->type != 10))
        return 0;
    h->found++;
    h->error = bt_onnx_values(c, h->emap, (size_t)BT_EMAP * BT_EMAP);
    return 0;
}

static int find_emap(struct bt_generator *g, const uint8_t *data, size_t size)
{
    struct hunt hunt = {bt_alloc((size_t)BT_EMAP * BT_EMAP * sizeof(float)), 0, 0};
    if (!hunt.emap)
        return BAUTA_E_NO_MEMORY;
    g->emap = hunt.emap;
    const int result = bt_onnx_constants(data, size, look, &hunt);
    if (result >= 0 && hunt.found && !hunt.error)
        return 0;
    bt_error("%s: %s holds no matrix of %dx%d floats, which its manifest says (emap)",
             g->model.manifest.name, g->model.path, BT_EMAP, BT_EMAP);
    return BAUTA_E_MODEL;
}

static int is_external(void *opaque, const struct bt_onnx_constant *c)
{
    (void)opaque;
    return c->external;
}

// What lies in other files no hash covers.
static int check_whole(const char *name, const uint8_t *data, size_t size)
{
    if (bt_onnx_constants(data, size, is_external, NULL) <= 0)
        return 0; // Whatever else is wrong the runtime says better.
    bt_error("%s: keeps weights in another file, which no hash covers; write it as one file",
             name);
    return BAUTA_E_MODEL;
}

// Ports --------------------------------------------------------------------------------

static int load(struct bt_generator *g, struct bt_net **net, const char *name,
                const uint8_t *data, size_t size, int threads)
{
    const int error = bt_net_load_on(net, name, data, size, threads, g->provider);
    if (error != BAUTA_E_PROVIDER || !g->falls_back)
        return error;
    bt_warn("%s: provider auto: runs on the processor", name);
    snprintf(g->provider, sizeof g->provider, "%s", BT_PROVIDER_CPU);
    return bt_net_load_on(net, name, data, size, threads, g->provider);
}

static int read_and_load(struct bt_generator *g, const struct bt_found_model *model,
                         int threads, struct bt_net **net, bool emap)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int error = bt_found_model_read(model, &data, &size);
    if (!error)
        error = check_whole(model->manifest.name, data, size);
    if (!error && emap)
        error = find_emap(g, data, size);
    if (!error)
        error = load(g, net, model->manifest.name, data, size, threads);
    bt_free(data);
    return error;
}

// The side that the file itself has for its picture.
static int side_of(const struct bt_net *net, const struct bt_manifest_picture *picture)
{
    const struct bt_net_info *info = bt_net_info(net);
    const int depth = picture->layout == BT_NHWC ? 3 : 1, side = depth == 3 ? 1 : 2;
    for (int i = 0; i < info->inputs; i++) {
        const struct bt_net_port *p = &info->input[i];
        if (p->rank == 4 && p->shape[depth] == 3 && p->shape[side] >= BT_PICTURE_MIN &&
            p->shape[side] <= BT_PICTURE_MAX && p->shape[side] == p->shape[side + 1])
            return (int)p->shape[side];
    }
    return 0;
}

static int check_types(const struct bt_net *net, const struct bt_manifest *m)
{
    const struct bt_net_info *info = bt_net_info(net);
    int error = 0;
    for (int i = 0; i < info->inputs && !error; i++)
        error = bt_tensor_type(&info->input[i], m->name, m->type);
    for (int i = 0; i < info->outputs && !error; i++)
        error = bt_tensor_type(&info->output[i], m->name, m->type);
    return error;
}

enum { NO_CONSTANT = -1000 };

// A scalar, or a tensor of one element, whatever its rank; what stands behind a colon is
// left out of its name.
static int find_constant(struct bt_net *net, const char *model, const char *name)
{
    const struct bt_net_info *info = bt_net_info(net);
    static const int64_t one[4] = {1, 1, 1, 1};
    for (int i = 0; i < info->inputs; i++) {
        char plain[64];
        snprintf(plain, sizeof plain, "%.*s", (int)strcspn(info->input[i].name, ":"),
                 info->input[i].name);
        if (!strcmp(info->input[i].name, name) || !strcmp(plain, name)) {
            const int error = bt_net_fix(net, true, i, one, info->input[i].rank);
            return error < 0 ? error : i;
        }
    }
    bt_debug("%s: has no input %s", model, name);
    return NO_CONSTANT;
}

static int bind_source(struct bt_generator *g)
{
    const struct bt_manifest *m = &g->model.manifest;
    int64_t shape[4] = {1, m->length, 1, 1};
    g->source = -1;
    if (m->source.kind == BT_SOURCE_NONE)
        return 0;
    const bool image = m->source.kind == BT_SOURCE_IMAGE;
    if (image)
        bt_tensor_shape(&m->source.picture, m->source.picture.size, 3, shape);
    g->source = bt_tensor_find(g->net, m->name, true, m->source.picture.tensor, shape,
                               image ? 4 : 2, g->target);
    if (g->source < 0)
        return g->source;
    g->source_count = 1;
    for (int i = 0; i < 4; i++)
        g->source_count *= (size_t)shape[i];
    return 0;
}

static int bind_output(struct bt_generator *g)
{
    const struct bt_manifest *m = &g->model.manifest;
    int64_t shape[4];
    if (m->role == BT_ROLE_MASK) {
        bt_tensor_shape(&m->mask, g->size, m->classes, shape);
        g->mask = bt_tensor_find(g->net, m->name, false, m->mask.tensor, shape, 4, -1);
        return g->mask < 0 ? g->mask : 0;
    }
    bt_tensor_shape(&m->output, g->size, 3, shape);
    g->output = bt_tensor_find(g->net, m->name, false, m->output.tensor, shape, 4, -1);
    g->mask = -1;
    if (g->output < 0 || !m->masked)
        return g->output < 0 ? g->output : 0;
    bt_tensor_shape(&m->mask, g->size, 1, shape);
    g->mask = bt_tensor_find(g->net, m->name, false, m->mask.tensor, shape, 4, g->output);
    return g->mask < 0 ? g->mask : 0;
}

static int check_rest(struct bt_generator *g, const bool used[BT_NET_PORTS])
{
    const struct bt_net_info *info = bt_net_info(g->net);
    for (int i = 0; i < info->inputs; i++)
        if (!used[i]) {
            bt_error("%s: its manifest does not say what goes into %s",
                     g->model.manifest.name, info->input[i].name);
            return BAUTA_E_MODEL;
        }
    return 0;
}

static int bind_generator(struct bt_generator *g)
{
    const struct bt_manifest *m = &g->model.manifest;
    int64_t shape[4];
    bool used[BT_NET_PORTS] = {false};
    g->size = m->input.size ? m->input.size : side_of(g->net, &m->input);
    if (!g->size) {
        bt_error("%s: its file does not say how large its picture is", m->name);
        return BAUTA_E_MODEL;
    }
    int error = check_types(g->net, m);
    if (error)
        return error;
    // A source of the same shape is named; it is not the target.
    int named = -1;
    const struct bt_net_info *info = bt_net_info(g->net);
    for (int i = 0; i < info->inputs && m->source.picture.tensor[0]; i++)
        if (!strcmp(info->input[i].name, m->source.picture.tensor))
            named = i;
    bt_tensor_shape(&m->input, g->size, 3, shape);
    g->target = bt_tensor_find(g->net, m->name, true, m->input.tensor, shape, 4, named);
    if (g->target < 0)
        return g->target;
    error = bind_source(g);
    if (!error)
        error = bind_output(g);
    if (error)
        return error;
    used[g->target] = true;
    if (g->source >= 0)
        used[g->source] = true;
    int constant[BT_CONSTANTS_MAX];
    for (int i = 0; i < m->constants; i++) {
        constant[i] = find_constant(g->net, m->name, m->constant[i].tensor);
        if (constant[i] >= 0)
            used[constant[i]] = true;
        else if (constant[i] != NO_CONSTANT)
            return constant[i];
    }
    error = check_rest(g, used);
    if (!error)
        error = bt_net_bind(g->net);
    for (int i = 0; i < m->constants && !error; i++)
        if (constant[i] >= 0)
            info->input[constant[i]].data[0] = m->constant[i].value;
    return error;
}

// The nets of the source ----------------------------------------------------------------

static int expect_role(const struct bt_found_model *model, int role)
{
    if (model->manifest.role == role)
        return 0;
    const char *is = bt_role_word(model->manifest.role), *needed = bt_role_word(role);
    bt_error("%s: is %s %s; %s %s is needed here", model->manifest.name,
             is[0] == 'e' ? "an" : "a", is, needed[0] == 'e' ? "an" : "a", needed);
    return BAUTA_E_MODEL;
}

static int bind_embedder(struct bt_generator *g)
{
    struct bt_found_model *e = &g->embedder_model;
    const struct bt_manifest *m = &e->manifest;
    int64_t shape[4];
    const int size = m->input.size ? m->input.size : side_of(g->embedder, &m->input);
    const int64_t length[4] = {1, m->length};
    if (!size || m->length != g->model.manifest.length) {
        bt_error("%s: its picture's size or its vector's length (%d, %d is needed) does not "
                 "fit", m->name, m->length, g->model.manifest.length);
        return BAUTA_E_MODEL;
    }
    e->manifest.input.size = size;
    bt_tensor_shape(&m->input, size, 3, shape);
    g->embedder_in =
        bt_tensor_find(g->embedder, m->name, true, m->input.tensor, shape, 4, -1);
    if (g->embedder_in < 0)
        return g->embedder_in;
    g->embedder_out =
        bt_tensor_find(g->embedder, m->name, false, m->output.tensor, length, 2, -1);
    if (g->embedder_out < 0)
        return g->embedder_out;
    const int error = check_types(g->embedder, m);
    return error ? error : bt_net_bind(g->embedder);
}

static int open_embedder(struct bt_generator *g, const char *models, int threads)
{
    struct bt_found_model *e = &g->embedder_model;
    int error = bt_model_find(g->model.manifest.source.embedder, g->model.from, models, e);
    if (!error)
        error = expect_role(e, BT_ROLE_EMBEDDER);
    if (!error)
        error = read_and_load(g, e, threads, &g->embedder, false);
    return error ? error : bind_embedder(g);
}

static int bind_converter(struct bt_generator *g)
{
    const struct bt_manifest *m = &g->converter_model.manifest;
    const int64_t length[4] = {1, g->model.manifest.length};
    g->converter_in =
        bt_tensor_find(g->converter, m->name, true, m->input.tensor, length, 2, -1);
    if (g->converter_in < 0)
        return g->converter_in;
    g->converter_out =
        bt_tensor_find(g->converter, m->name, false, m->output.tensor, length, 2, -1);
    if (g->converter_out < 0)
        return g->converter_out;
    const int error = check_types(g->converter, m);
    return error ? error : bt_net_bind(g->converter);
}

static int open_converter(struct bt_generator *g, const char *models, int threads)
{
    struct bt_found_model *c = &g->converter_model;
    int error = bt_model_find(g->model.manifest.source.converter, g->model.from, models, c);
    if (!error)
        error = expect_role(c, BT_ROLE_CONVERTER);
    if (!error)
        error = read_and_load(g, c, threads, &g->converter, false);
    return error ? error : bind_converter(g);
}

// Opening ------------------------------------------------------------------------------

static int reserve(struct bt_generator *g)
{
    const size_t side = BT_PORTRAIT_SIZE, most = BT_ALIGN_MAX;
    g->rgbx = bt_alloc(side * side * 4);
    g->picture = bt_alloc(most * most * sizeof *g->picture);
    return g->rgbx && g->picture ? 0 : BAUTA_E_NO_MEMORY;
}

static int open_all(struct bt_generator *g, const char *name, int role,
                    const char *models, int threads)
{
    struct bt_found_model *model = &g->model;
    const struct bt_manifest *m = &model->manifest;
    bool emap = false;
    int error = bt_model_find(name, NULL, models, model);
    if (!error)
        error = expect_role(model, role);
    for (int i = 0; i < m->source.steps && !error; i++)
        emap |= m->source.step[i] == BT_STEP_EMAP;
    if (!error && emap && m->length != BT_EMAP) {
        bt_error("%s: a vector of %d numbers does not go through a matrix of %d", m->name,
                 m->length, BT_EMAP);
        error = BAUTA_E_MODEL;
    }
    if (!error)
        error = read_and_load(g, model, threads, &g->net, emap);
    if (!error)
        error = bind_generator(g);
    if (!error && m->source.kind == BT_SOURCE_EMBEDDING)
        error = open_embedder(g, models, threads);
    if (!error && m->source.converter[0])
        error = open_converter(g, models, threads);
    if (!error)
        error = reserve(g);
    // The first run of a net takes longer, and may fail as any.
    if (!error)
        error = bt_net_run(g->net);
    if (!error && g->embedder)
        error = bt_net_run(g->embedder);
    if (!error && g->converter)
        error = bt_net_run(g->converter);
    return error;
}

static int fit(struct bt_generator *g, const uint8_t *data, size_t size)
{
    const struct bt_manifest *m = &g->model.manifest;
    struct bt_net **net = m->role == BT_ROLE_EMBEDDER    ? &g->embedder
                          : m->role == BT_ROLE_CONVERTER ? &g->converter
                                                         : &g->net;
    int error = check_whole(m->name, data, size);
    for (int i = 0; i < m->source.steps && !error && !g->emap; i++)
        if (m->source.step[i] == BT_STEP_EMAP)
            error = find_emap(g, data, size);
    if (!error)
        error = bt_net_load(net, m->name, data, size, 1);
    if (error)
        return error;
    g->embedder_model.manifest = g->converter_model.manifest = *m;
    return m->role == BT_ROLE_EMBEDDER    ? bind_embedder(g)
           : m->role == BT_ROLE_CONVERTER ? bind_converter(g)
                                          : bind_generator(g);
}

int bt_generator_fit(const struct bt_manifest *manifest, const char *path,
                     const uint8_t *data, size_t size)
{
    struct bt_generator *g = bt_zalloc(sizeof *g);
    if (!g)
        return BAUTA_E_NO_MEMORY;
    g->model.manifest = *manifest;
    snprintf(g->model.path, sizeof g->model.path, "%s", path);
    const int error = fit(g, data, size);
    bt_generator_close(&g);
    return error;
}

int bt_generator_open(struct bt_generator **out, const char *name, int role,
                      const char *models, int threads, const char *provider)
{
    struct bt_generator *g = bt_zalloc(sizeof *g);
    if (!g)
        return BAUTA_E_NO_MEMORY;
    g->falls_back = bt_provider_is_auto(provider);
    int error = bt_provider_find(provider, g->provider);
    if (!error)
        error = open_all(g, name, role, models && models[0] ? models : NULL,
                         threads > 0 ? threads : 1);
    if (error) {
        bt_generator_close(&g);
        return error;
    }
    const struct bt_manifest *m = &g->model.manifest;
    bt_info("%s %s: %dx%d, licence: %s", bt_role_word(role), m->name, g->size, g->size,
            m->licence[0] ? m->licence : "unknown");
    *out = g;
    return 0;
}

void bt_generator_close(struct bt_generator **generator)
{
    struct bt_generator *g = generator ? *generator : NULL;
    if (!g)
        return;
    bt_net_close(&g->net);
    bt_net_close(&g->embedder);
    bt_net_close(&g->converter);
    bt_free(g->emap);
    bt_free(g->rgbx);
    bt_free(g->picture);
    bt_freep(generator);
}

// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "naive.h"

// Operators, tensor types and options by their numbers in TensorFlow's schema.fbs.
enum { ADD, CONCATENATION = 2, CONV = 3, DEPTHWISE = 4, DEQUANTIZE = 6,
       MAX_POOL = 17, MUL = 18, RELU = 19, RESHAPE = 22, CUSTOM = 32, PAD = 34,
       STRIDED_SLICE = 45, PRELU = 54 };
enum { FLOAT32, FLOAT16, INT32 };

struct tensor {
    int rank, shape[4];
    size_t count;
    double *data;
};

struct naive_net {
    unsigned char *file;
    size_t size;
    size_t graph, codes; // places in the file
    struct tensor *tensors;
    int count;
};

void naive_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("FAIL naive: ", stdout);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    exit(1);
}

static void *memory(size_t count, size_t size)
{
    void *data = calloc(count ? count : 1, size);
    if (!data)
        naive_fail("no memory for %zu times %zu bytes", count, size);
    return data;
}

// The file ------------------------------------------------------------------------------

static long get(const struct naive_net *net, size_t at, int width)
{
    if (at > net->size || (size_t)width > net->size - at)
        naive_fail("byte %zu of %zu", at, net->size);
    unsigned long value = 0;
    for (int i = 0; i < width; i++)
        value |= (unsigned long)net->file[at + i] << 8 * i;
    const unsigned long sign = 1ul << (8 * width - 1);
    return value & sign ? -(long)((sign << 1) - value) : (long)value;
}

static size_t follow(const struct naive_net *net, size_t at)
{
    return at + (size_t)(get(net, at, 4) & 0xffffffff);
}

// The place of a table's field, 0 where it is left out.
static size_t field(const struct naive_net *net, size_t table, int index)
{
    const size_t vtable = table - (size_t)get(net, table, 4);
    if (4 + 2 * index >= (get(net, vtable, 2) & 0xffff))
        return 0;
    const long offset = get(net, vtable + 4 + 2 * (size_t)index, 2) & 0xffff;
    return offset ? table + (size_t)offset : 0;
}

static long scalar(const struct naive_net *net, size_t table, int index, int width,
                   long other)
{
    const size_t at = field(net, table, index);
    return at ? get(net, at, width) : other;
}

// The first element of a vector of tables, numbers or bytes; 0 and count 0 for none.
static size_t vector(const struct naive_net *net, size_t table, int index, int *count)
{
    const size_t at = field(net, table, index);
    *count = at ? (int)get(net, follow(net, at), 4) : 0;
    return at ? follow(net, at) + 4 : 0;
}

static size_t element(const struct naive_net *net, size_t table, int index, int i)
{
    int count;
    const size_t at = vector(net, table, index, &count);
    if (i < 0 || i >= count)
        naive_fail("element %d of %d", i, count);
    return follow(net, at + 4 * (size_t)i);
}

static double half(unsigned bits)
{
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    const double value = exponent ? ldexp(mantissa + 1024, exponent - 25)
                                  : ldexp(mantissa, -24);
    return bits & 0x8000 ? -value : value;
}

static void load(struct naive_net *net, size_t root, int index)
{
    struct tensor *t = &net->tensors[index];
    const size_t table = element(net, net->graph, 0, index);
    const size_t shape = vector(net, table, 0, &t->rank);
    t->count = 1;
    for (int i = 0; i < t->rank && i < 4; i++) {
        t->shape[i] = (int)get(net, shape + 4 * (size_t)i, 4);
        if (t->shape[i] < 1 || t->shape[i] > 1 << 20)
            naive_fail("tensor %d has a side of %d", index, t->shape[i]);
        t->count *= (size_t)t->shape[i];
    }
    if (t->rank > 4 || t->count > 1 << 24)
        naive_fail("tensor %d is large", index);
    t->data = memory(t->count, sizeof(double));
    const size_t buffer = element(net, root, 4, (int)scalar(net, table, 2, 4, 0));
    int bytes;
    const size_t data = vector(net, buffer, 0, &bytes);
    const long type = scalar(net, table, 1, 1, 0);
    const int width = type == FLOAT16 ? 2 : 4;
    for (size_t i = 0; bytes && i < t->count; i++) {
        const long bits = get(net, data + i * (size_t)width, width);
        const int narrow = (int)bits;
        float value;
        memcpy(&value, &narrow, sizeof(value));
        t->data[i] = type == FLOAT16   ? half((unsigned)bits & 0xffff)
                     : type == FLOAT32 ? value
                                       : (double)bits;
    }
}

struct naive_net *naive_open(const char *path)
{
    struct naive_net *net = memory(1, sizeof(*net));
    FILE *file = fopen(path, "rb");
    if (!file)
        naive_fail("%s does not open", path);
    net->file = memory(1 << 24, 1);
    net->size = fread(net->file, 1, 1 << 24, file);
    fclose(file);
    const size_t root = follow(net, 0);
    net->graph = element(net, root, 2, 0);
    net->codes = root;
    vector(net, net->graph, 0, &net->count);
    net->tensors = memory((size_t)net->count, sizeof(*net->tensors));
    for (int i = 0; i < net->count; i++)
        load(net, root, i);
    return net;
}

void naive_close(struct naive_net *net)
{
    for (int i = 0; i < net->count; i++)
        free(net->tensors[i].data);
    free(net->tensors);
    free(net->file);
    free(net);
}

// The operators -------------------------------------------------------------------------

struct op {
    const struct naive_net *net;
    size_t table, options;
    struct tensor *in[40], *out;
    int inputs;
};

static double activated(double value, long activation)
{
    if (activation > 1)
        naive_fail("activation %ld", activation);
    return activation == 1 && value < 0 ? 0 : value;
}

// Where a window's first cell lies; the odd cell of padding comes after.
static int window_start(int out, int stride, int in, int kernel, int outs, long valid)
{
    const int total = (outs - 1) * stride + kernel - in;
    return out * stride - (valid || total < 0 ? 0 : total / 2);
}

struct window {
    int kernel[2], stride[2];
    long valid;
};

// The cells of the picture under a window: from (inclusive) and to, and its first.
static void clip(const struct window *w, const struct tensor *in,
                 const struct tensor *out, int oy, int ox, int first[2], int from[2],
                 int to[2])
{
    const int at[2] = { oy, ox };
    for (int k = 0; k < 2; k++) {
        first[k] = window_start(at[k], w->stride[k], in->shape[1 + k], w->kernel[k],
                                out->shape[1 + k], w->valid);
        from[k] = first[k] < 0 ? 0 : first[k];
        to[k] = first[k] + w->kernel[k];
        to[k] = to[k] > in->shape[1 + k] ? in->shape[1 + k] : to[k];
    }
}

static double *cell(const struct tensor *t, int y, int x)
{
    return t->data + ((size_t)y * t->shape[2] + x) * t->shape[3];
}

// The sum over a window of weights [out channel][y][x][in channel], or of one channel
// where weights are [y][x][channel].
static void convolve(const struct op *op, const struct window *w, int depthwise)
{
    const struct tensor *in = op->in[0], *weights = op->in[1];
    const int depth = in->shape[3], outs = op->out->shape[3];
    const long activation = scalar(op->net, op->options, depthwise ? 4 : 3, 1, 0);
    if (depthwise ? outs != depth : weights->shape[3] != depth)
        naive_fail("weights of depth %d on %d", weights->shape[3], depth);
    for (int i = 0; i < op->out->shape[1] * op->out->shape[2]; i++) {
        int first[2], from[2], to[2];
        const int oy = i / op->out->shape[2], ox = i % op->out->shape[2];
        clip(w, in, op->out, oy, ox, first, from, to);
        double *out = cell(op->out, oy, ox);
        for (int o = 0; o < outs; o++)
            out[o] = op->in[2]->data[o];
        for (int y = from[0]; y < to[0]; y++) {
            for (int x = from[1]; x < to[1]; x++) {
                const double *p = cell(in, y, x);
                const int place = (y - first[0]) * w->kernel[1] + x - first[1];
                const double *k = weights->data + (size_t)place * depth;
                const int step = w->kernel[0] * w->kernel[1] * depth;
                for (int o = 0; o < outs; o++) {
                    for (int c = 0; c < depth && !depthwise; c++)
                        out[o] += p[c] * k[(size_t)o * step + c];
                    out[o] += depthwise ? p[o] * k[o] : 0;
                }
            }
        }
        for (int o = 0; o < outs; o++)
            out[o] = activated(out[o], activation);
    }
}

static void max_pool(const struct op *op, const struct window *w)
{
    for (int i = 0; i < op->out->shape[1] * op->out->shape[2]; i++) {
        int first[2], from[2], to[2];
        const int oy = i / op->out->shape[2], ox = i % op->out->shape[2];
        clip(w, op->in[0], op->out, oy, ox, first, from, to);
        double *out = cell(op->out, oy, ox);
        for (int c = 0; c < op->out->shape[3]; c++) {
            out[c] = -INFINITY;
            for (int y = from[0]; y < to[0]; y++) {
                for (int x = from[1]; x < to[1]; x++)
                    out[c] = fmax(out[c], cell(op->in[0], y, x)[c]);
            }
        }
    }
}

static void windowed(const struct op *op, int code)
{
    const struct naive_net *net = op->net;
    const size_t o = op->options;
    struct window w = { .stride = { (int)scalar(net, o, 2, 4, 0),
                                    (int)scalar(net, o, 1, 4, 0) },
                        .valid = scalar(net, o, 0, 1, 0) };
    if (op->in[0]->rank != 4 || op->out->rank != 4)
        naive_fail("a window on %d dimensions", op->in[0]->rank);
    if (code == MAX_POOL) {
        w.kernel[0] = (int)scalar(net, o, 4, 4, 0);
        w.kernel[1] = (int)scalar(net, o, 3, 4, 0);
        max_pool(op, &w);
    } else {
        w.kernel[0] = op->in[1]->shape[1];
        w.kernel[1] = op->in[1]->shape[2];
        convolve(op, &w, code == DEPTHWISE);
    }
}

static void pad(const struct op *op)
{
    const struct tensor *in = op->in[0];
    const double *amount = op->in[1]->data;
    memset(op->out->data, 0, op->out->count * sizeof(double));
    for (size_t i = 0; i < in->count; i++) {
        size_t rest = i, at = 0, unit = 1;
        for (int k = 3; k >= 0; k--) {
            at += (rest % (size_t)in->shape[k] + (size_t)amount[2 * k]) * unit;
            unit *= (size_t)op->out->shape[k];
            rest /= (size_t)in->shape[k];
        }
        op->out->data[at] = in->data[i];
    }
}

static void concatenate(const struct op *op)
{
    const int axis = (int)scalar(op->net, op->options, 0, 4, 0);
    size_t inner = 1, at = 0;
    for (int k = axis + 1; k < op->out->rank; k++)
        inner *= (size_t)op->out->shape[k];
    for (int i = 0; i < op->inputs; i++) {
        const size_t run = inner * (size_t)op->in[i]->shape[axis];
        const size_t stride = inner * (size_t)op->out->shape[axis];
        for (size_t j = 0; j < op->in[i]->count; j++)
            op->out->data[at + j / run * stride + j % run] = op->in[i]->data[j];
        at += run;
    }
}

static void each(const struct op *op, int code)
{
    const struct tensor *a = op->in[0], *b = op->inputs > 1 ? op->in[1] : a;
    const long activation =
        code == ADD || code == MUL ? scalar(op->net, op->options, 0, 1, 0) : 0;
    for (size_t i = 0; i < op->out->count; i++) {
        const double x = a->data[i], y = b->data[i % b->count];
        const double value = code == ADD     ? x + y
                             : code == MUL   ? x * y
                             : code == PRELU ? (x < 0 ? x * y : x)
                             : code == RELU  ? fmax(x, 0)
                                             : x;
        op->out->data[i] = activated(value, activation);
    }
}

static void custom(const struct op *op, const char *name)
{
    int size;
    const size_t at = vector(op->net, op->table, 5, &size);
    const struct tensor *in = op->in[0];
    const size_t points = (size_t)in->shape[1];
    if (size < 0 || at > op->net->size || (size_t)size > op->net->size - at)
        naive_fail("%s: options of %d bytes", name, size);
    if (!strcmp(name, "Landmarks2TransformMatrix"))
        naive_transform_matrix(op->net->file + at, (size_t)size, in->data, points,
                               op->out->data);
    else if (!strcmp(name, "TransformTensorBilinear"))
        naive_transform_picture(in->data, in->shape + 1, op->in[1]->data, op->out->data,
                                op->out->shape + 1);
    else if (!strcmp(name, "TransformLandmarks"))
        naive_transform_landmarks(in->data, points, in->shape[2], op->in[1]->data,
                                  op->out->data);
    else
        naive_fail("operator %s", name);
}

static void evaluate(const struct op *op, size_t code)
{
    const long narrow = scalar(op->net, code, 0, 1, 0);
    const long number = narrow ? narrow : scalar(op->net, code, 3, 4, 0);
    int length;
    switch (number) {
    case CONV:
    case DEPTHWISE:
    case MAX_POOL:
        windowed(op, (int)number);
        break;
    case PAD:
        pad(op);
        break;
    case CONCATENATION:
        concatenate(op);
        break;
    case CUSTOM:
        custom(op, (const char *)op->net->file + vector(op->net, code, 1, &length));
        break;
    case STRIDED_SLICE:
        // Only slices of everything.
        if (op->in[0]->count != op->out->count)
            naive_fail("a slice of %zu of %zu", op->out->count, op->in[0]->count);
        each(op, STRIDED_SLICE);
        break;
    case ADD:
    case MUL:
    case PRELU:
    case RELU:
    case RESHAPE:
    case DEQUANTIZE:
        each(op, (int)number);
        break;
    default:
        naive_fail("operator %ld", number);
    }
}

static struct tensor *tensor_of(const struct naive_net *net, size_t list, int count,
                                int i)
{
    const long index = i < count ? get(net, list + 4 * (size_t)i, 4) : -1;
    if (index < 0 || index >= net->count)
        naive_fail("tensor %ld of %d", index, net->count);
    return &net->tensors[index];
}

void naive_run(struct naive_net *net, const float *input, size_t count)
{
    int n, operators;
    const size_t inputs = vector(net, net->graph, 1, &n);
    struct tensor *source = tensor_of(net, inputs, n, 0);
    if (source->count != count)
        naive_fail("an input of %zu, not %zu", count, source->count);
    for (size_t i = 0; i < count; i++)
        source->data[i] = input[i];
    vector(net, net->graph, 3, &operators);
    for (int i = 0; i < operators; i++) {
        struct op op = { .net = net, .table = element(net, net->graph, 3, i) };
        const size_t in = vector(net, op.table, 1, &op.inputs);
        if (op.inputs > (int)(sizeof(op.in) / sizeof(op.in[0])))
            naive_fail("operator %d has %d inputs", i, op.inputs);
        for (int k = 0; k < op.inputs; k++)
            op.in[k] = tensor_of(net, in, op.inputs, k);
        const size_t out = vector(net, op.table, 2, &n);
        op.out = tensor_of(net, out, n, 0);
        const size_t options = field(net, op.table, 4);
        op.options = options ? follow(net, options) : 0;
        evaluate(&op, element(net, net->codes, 1, (int)scalar(net, op.table, 0, 4, 0)));
    }
}

const double *naive_output(const struct naive_net *net, int index, size_t *count)
{
    int outputs;
    const size_t list = vector(net, net->graph, 2, &outputs);
    const struct tensor *t = tensor_of(net, list, outputs, index);
    *count = t->count;
    return t->data;
}

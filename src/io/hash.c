// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include <openssl/evp.h>

#include "base/log.h"
#include "io/sources.h"

struct hash {
    EVP_MD_CTX *context;
};

static int fail(const struct bt_sink *s)
{
    bt_error("%s: libcrypto computes no SHA-256; is its installation whole?", s->name);
    return BAUTA_E_FAILED;
}

static int hash_open(struct bt_sink *s, const char *url)
{
    (void)url;
    struct hash *h = s->priv;
    h->context = EVP_MD_CTX_new();
    if (!h->context)
        return BAUTA_E_NO_MEMORY;
    return EVP_DigestInit_ex(h->context, EVP_sha256(), NULL) == 1 ? 0 : fail(s);
}

// The samples of all planes row by row, then the time as 8 bytes, least first.
static int hash_write(struct bt_sink *s, struct bt_marked m)
{
    struct hash *h = s->priv;
    const struct bauta_frame *frame = m.frame;
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    int good = 1;
    for (int i = 0; i < f->planes; i++) {
        int width = 0, height = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &width, &height);
        const uint8_t *row = frame->data[i];
        for (int y = 0; y < height; y++, row += frame->stride[i])
            good &= EVP_DigestUpdate(h->context, row, (size_t)width * f->step[i]);
    }
    uint8_t time[8];
    for (int i = 0; i < 8; i++)
        time[i] = (uint8_t)((uint64_t)frame->pts >> 8 * i);
    good &= EVP_DigestUpdate(h->context, time, sizeof(time));
    bauta_frame_unref(&m.frame);
    return good == 1 ? 0 : fail(s);
}

static int hash_finish(struct bt_sink *s)
{
    struct hash *h = s->priv;
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_DigestFinal_ex(h->context, digest, NULL) != 1)
        return fail(s);
    for (int i = 0; i < 32; i++)
        snprintf(s->digest + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

static void hash_close(struct bt_sink *s)
{
    struct hash *h = s->priv;
    EVP_MD_CTX_free(h->context);
}

const struct bt_sink_impl bt_sink_hash = {
    .name = "hash",
    .desc = "SHA-256 over all samples and times",
    .priv_size = sizeof(struct hash),
    .film = true,
    .open = hash_open,
    .write = hash_write,
    .finish = hash_finish,
    .close = hash_close,
};

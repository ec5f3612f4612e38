// SPDX-License-Identifier: Apache-2.0
// What is carried over beside the pictures must not be one: words that spell a picture,
// and pictures in the headers of sound and subtitles, may show the original face.
#include "io/av/plain.h"

#include <string.h>

enum { WORD_MOST = 400 };    // letters of base64 in one go; no writing has such words

bool bt_plain_text(const char *text)
{
    size_t run = 0;
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        // Other writings than Latin may have no spaces, but use no letters of base64.
        run = c > ' ' && c < 127 ? run + 1 : c == '\n' || c == '\r' ? run : 0;
        if (run > WORD_MOST)
            return false;
    }
    return true;
}

// Scripts of subtitles may have files in sections of their own.
static void clean_script(AVCodecParameters *par)
{
    static const char *const embed[] = {"[Graphics]", "[Fonts]"};
    static const char *const known[] = {"\n[Events]", "\n[V4", "\n[Script", "\n[Fonts]",
                                        "\n[Graphics]"};
    char *text = (char *)par->extradata;
    size_t size = (size_t)par->extradata_size;
    for (size_t i = 0; i < 2; i++) {
        char *from;
        while ((from = memmem(text, size, embed[i], strlen(embed[i])))) {
            char *to = text + size;
            for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
                char *next = memmem(from + 1, (size_t)(text + size - from - 1), known[k],
                                    strlen(known[k]));
                to = next && next < to ? next : to;
            }
            memmove(from, to, (size_t)(text + size - to));
            size -= (size_t)(to - from);
        }
    }
    memset(text + size, 0, (size_t)par->extradata_size - size);
    par->extradata_size = (int)size;
}

// The second of Vorbis' three headers has comments, among them covers. Three packets
// after their number less one and the sizes of two, in bytes of which the last is below 255.
static bool clean_vorbis(AVCodecParameters *par)
{
    uint8_t *data = par->extradata;
    const int size = par->extradata_size;
    int length[2] = {0, 0}, at = 1;
    if (size < 3 || data[0] != 2)
        return false;
    for (int i = 0; i < 2; i++) {
        while (at < size && data[at] == 255)
            length[i] += data[at++];
        if (at >= size)
            return false;
        length[i] += data[at++];
    }
    uint8_t *comment = data + at + length[0];
    if (length[0] > size - at || length[1] > size - at - length[0] || length[1] < 16 ||
        memcmp(comment, "\3vorbis", 7))
        return false;
    // Its kind, a vendor of no letters, no comments, and the bit that ends it.
    static const uint8_t none[16] = {3, 'v', 'o', 'r', 'b', 'i', 's', 0, 0, 0, 0,
                                     0, 0, 0, 0, 1};
    uint8_t *setup = comment + length[1];
    const int rest = size - (int)(setup - data), bytes = length[0] / 255 + 1;
    uint8_t *to = data + 1 + bytes;
    *to++ = sizeof(none);
    memmove(to, data + at, (size_t)length[0]);
    to += length[0];
    memcpy(to, none, sizeof(none));
    to += sizeof(none);
    memmove(to, setup, (size_t)rest);
    to += rest;
    memset(to, 0, (size_t)(data + size - to));
    par->extradata_size = (int)(to - data);
    return true;
}

bool bt_plain_header(AVCodecParameters *par)
{
    if (!par->extradata || par->extradata_size <= 0)
        return true;
    if (par->codec_id == AV_CODEC_ID_ASS || par->codec_id == AV_CODEC_ID_SSA)
        clean_script(par);
    return par->codec_id != AV_CODEC_ID_VORBIS || clean_vorbis(par);
}

// SPDX-License-Identifier: Apache-2.0
// What may not travel beside the pictures: text that spells one, files in headers.
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "io/av/plain.h"

static void test_text(void)
{
    char data[1200];
    CHECK(bt_plain_text(""));
    CHECK(bt_plain_text("A title, and a word\nin the next line"));
    memset(data, 'q', 1000);
    data[1000] = 0;
    CHECK(!bt_plain_text(data));
    // In lines it is the same picture; between spaces it is writing.
    for (int i = 76; i < 1000; i += 77)
        data[i] = '\n';
    CHECK(!bt_plain_text(data));
    for (int i = 5; i < 1000; i += 7)
        data[i] = ' ';
    CHECK(bt_plain_text(data));
    for (int i = 0; i < 999; i += 3)
        memcpy(data + i, "\xe9\x9d\xa2", 3);
    data[999] = 0;
    CHECK(bt_plain_text(data));
}

static AVCodecParameters *header(enum AVCodecID codec, const void *data, int size)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    par->codec_id = codec;
    par->extradata = av_mallocz((size_t)size + AV_INPUT_BUFFER_PADDING_SIZE);
    par->extradata_size = size;
    memcpy(par->extradata, data, (size_t)size);
    return par;
}

static void test_script(void)
{
    static const char text[] = "[Script Info]\nA: b\n[Graphics]\nfilename: face.jpg\nQQQQ\n"
                               "QQQQ\n[Fonts]\nfontname: f\nQQQQ\n[Events]\nFormat: Text\n";
    static const char left[] = "[Script Info]\nA: b\n\n\n[Events]\nFormat: Text\n";
    AVCodecParameters *par = header(AV_CODEC_ID_ASS, text, (int)strlen(text));
    CHECK(bt_plain_header(par));
    CHECK(!memmem(par->extradata, (size_t)par->extradata_size, "QQ", 2));
    CHECK(!memmem(par->extradata, (size_t)par->extradata_size, "face", 4));
    CHECK_INT(par->extradata_size, (int)strlen(left));
    CHECK(!memcmp(par->extradata, left, strlen(left)));
    avcodec_parameters_free(&par);
    // One that does not end.
    par = header(AV_CODEC_ID_SSA, "[Fonts]\nQQQQ", 12);
    CHECK(bt_plain_header(par));
    CHECK_INT(par->extradata_size, 0);
    avcodec_parameters_free(&par);
}

// Three headers; the comment has so many bytes of a cover.
static int vorbis(uint8_t *to, int cover)
{
    uint8_t *p = to;
    const int comment = 16 + cover;
    *p++ = 2;
    *p++ = 30;
    for (int n = comment; n >= 0; n -= 255)
        *p++ = (uint8_t)(n < 255 ? n : 255);
    memset(p, 1, 30);
    memcpy(p, "\1vorbis", 7);
    p += 30;
    memset(p, 'Q', (size_t)comment);
    memcpy(p, "\3vorbis", 7);
    p += comment;
    memset(p, 5, 40);
    memcpy(p, "\5vorbis", 7);
    return (int)(p + 40 - to);
}

static void test_vorbis(void)
{
    static uint8_t data[4096];
    static const int covers[] = {0, 100, 239, 240, 2000};
    for (size_t i = 0; i < sizeof(covers) / sizeof(covers[0]); i++) {
        const int size = vorbis(data, covers[i]);
        AVCodecParameters *par = header(AV_CODEC_ID_VORBIS, data, size);
        CHECK(bt_plain_header(par));
        CHECK_INT(par->extradata_size, 3 + 30 + 16 + 40);
        CHECK(!memchr(par->extradata, 'Q', (size_t)par->extradata_size));
        CHECK(par->extradata[0] == 2 && par->extradata[1] == 30 && par->extradata[2] == 16);
        CHECK(!memcmp(par->extradata + 3, "\1vorbis", 7));
        CHECK(!memcmp(par->extradata + 33, "\3vorbis\0\0\0\0\0\0\0\0\1", 16));
        CHECK(!memcmp(par->extradata + 49, "\5vorbis", 7));
        avcodec_parameters_free(&par);
    }
    // Cut short, or of another form: not carried over, and nothing is read beyond its end.
    const int size = vorbis(data, 2000);
    for (int n = 1; n < size; n += n < 60 ? 1 : 97) {
        AVCodecParameters *par = header(AV_CODEC_ID_VORBIS, data, n);
        if (n < 2040)
            CHECK(!bt_plain_header(par));
        else
            bt_plain_header(par);
        avcodec_parameters_free(&par);
    }
    data[0] = 1;
    AVCodecParameters *par = header(AV_CODEC_ID_VORBIS, data, size);
    CHECK(!bt_plain_header(par));
    avcodec_parameters_free(&par);
}

int main(void)
{
    test_text();
    test_script();
    test_vorbis();
    return check_end();
}

// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "verify/check.h"

enum { WIDTH = 640, LEFT = 110, ROW = 26 };

static const char style[] =
    "body{font:17px/1.5 sans-serif;color:#1c1c1c;background:#fff;max-width:44em;"
    "margin:0 auto;padding:1em}\n"
    "h1{font-size:1.3em;margin:.2em 0}h2{font-size:1.1em;margin:1.4em 0 .3em}\n"
    ".verdict{padding:.8em 1em;border-left:.5em solid;font-size:1.15em;margin:1em 0}\n"
    ".made,.changed{border-color:#a01818;background:#fbeaea}\n"
    ".unusual{border-color:#b36b00;background:#fff4e0}\n"
    ".nothing-found{border-color:#555;background:#f0f0f0}\n"
    "ul{padding-left:1.2em}li{margin:.4em 0}\n"
    ".next{border:2px solid #1a4f8a;padding:.2em 1em .6em}\n"
    "figure{display:inline-block;margin:.3em .6em .3em 0;vertical-align:top}\n"
    "figcaption,.small{font-size:.85em;color:#555}svg{max-width:100%}\n"
    "code{word-break:break-all}\n";

// The bytes of a whole UTF-8 character at text, 0: none stands there.
static int character(const unsigned char *t)
{
    const int more = t[0] < 0x80                      ? 0
                     : t[0] >= 0xc2 && t[0] <= 0xdf   ? 1
                     : t[0] >= 0xe0 && t[0] <= 0xef   ? 2
                     : t[0] >= 0xf0 && t[0] <= 0xf4   ? 3
                                                      : -1;
    for (int k = 1; k <= more; k++) {
        if ((t[k] & 0xc0) != 0x80)
            return 0;
    }
    // Overlong forms, surrogates, and what lies beyond Unicode.
    const bool wrong = (t[0] == 0xe0 && t[1] < 0xa0) || (t[0] == 0xed && t[1] > 0x9f) ||
                       (t[0] == 0xf0 && t[1] < 0x90) || (t[0] == 0xf4 && t[1] > 0x8f);
    return wrong ? 0 : more + 1;
}

// What turns the direction of writing, or is not to be seen, or is no character.
static bool hides(const unsigned char *t, int length)
{
    if (length == 2)
        return t[0] == 0xc2 && t[1] < 0xa0;
    if (length != 3)
        return length == 1 && (t[0] < 0x20 || t[0] == 0x7f);
    const unsigned code = (t[0] & 15u) << 12 | (t[1] & 63u) << 6 | (t[2] & 63u);
    return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code >= 0xfffe || code == 0xfeff;
}

void bt_check_text(FILE *file, const char *text, int html)
{
    static const char special[] = "&<>\"'";
    static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    const unsigned char *t = (const unsigned char *)text;
    while (*t) {
        const int length = character(t);
        const char *found = length == 1 && html ? strchr(special, *t) : NULL;
        if (found)
            fputs(escaped[found - special], file);
        else if (!length || hides(t, length))
            fputc('?', file);
        else
            fwrite(t, 1, (size_t)length, file);
        t += length ? length : 1;
    }
}

static void put_base64(FILE *file, const uint8_t *data, size_t size)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const unsigned bits = (unsigned)data[i] << 16 |
                              (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
                              (left > 2 ? data[i + 2] : 0);
        fputc(letters[bits >> 18], file);
        fputc(letters[bits >> 12 & 63], file);
        fputc(left > 1 ? letters[bits >> 6 & 63] : '=', file);
        fputc(left > 2 ? letters[bits & 63] : '=', file);
    }
}

static void put_time(FILE *file, double seconds)
{
    const int whole = (int)fmin(fmax(seconds, 0), 359999);
    fprintf(file, "%d:%02d", whole / 60, whole % 60);
}

static void put_level(FILE *file, const struct bauta_check *check,
                      enum bauta_check_level level)
{
    struct bauta_check_finding f;
    int count = 0;
    for (int i = 0; !bauta_check_finding(check, i, &f); i++)
        count += f.level == level;
    if (!count && level != BAUTA_CHECK_CERTAIN)
        return;
    fprintf(file, "<section class=\"%s\">\n<h2>%s</h2>\n", bauta_check_level_name(level),
            bt_check_heading(level));
    if (!count) {
        fputs("<p>Nothing.</p>\n</section>\n", file);
        return;
    }
    fputs("<ul>\n", file);
    for (int i = 0; !bauta_check_finding(check, i, &f); i++) {
        if (f.level != level)
            continue;
        fputs("<li>", file);
        bt_check_text(file, f.text, 1);
        fputs("</li>\n", file);
    }
    fputs("</ul>\n</section>\n", file);
}

static void put_picture(FILE *file, const struct bauta_check_picture *p, bool film)
{
    fprintf(file, "<figure><svg role=\"img\" aria-label=\"a picture of what was checked\" "
                  "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\"><image width=\"%d\" "
                  "height=\"%d\" href=\"data:image/jpeg;base64,",
            p->width, p->height, p->width, p->height, p->width, p->height);
    put_base64(file, p->jpeg, p->size);
    fputs("\"/>", file);
    for (int pass = 0; p->points && pass < 2; pass++) {
        fputs("<polygon points=\"", file);
        for (int i = 0; i < p->points; i++)
            fprintf(file, "%s%.1f,%.1f", i ? " " : "",
                    (double)p->outline[i][0] * p->width, (double)p->outline[i][1] * p->height);
        fprintf(file, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>",
                pass ? "#ffe14d" : "#000", pass ? "1.5" : "3");
    }
    fputs("</svg><figcaption>", file);
    if (film) {
        fputs("at ", file);
        put_time(file, p->seconds);
        fputs(", ", file);
    }
    fputs(p->points ? "a face was found at the outline" : "no face was found", file);
    fputs("</figcaption></figure>\n", file);
}

static void put_pictures(FILE *file, const struct bauta_check *check)
{
    struct bauta_check_picture p;
    struct bauta_check_facts facts;
    if (bauta_check_picture(check, 0, &p) || bauta_check_facts(check, &facts))
        return;
    fputs("<section>\n<h2>Pictures from it</h2>\n<p class=\"small\">As they are in what was "
          "checked, only smaller. The outline is drawn by this page and shows where a face "
          "was found, nothing else.", file);
    if (bauta_check_marks(check)->watermark)
        fputs(" <strong>The pictures are marked as changed by a program</strong>; so small, "
              "their hidden mark is no longer found.", file);
    fputs("</p>\n<div>\n", file);
    for (int i = 0; !bauta_check_picture(check, i, &p); i++)
        put_picture(file, &p, facts.seconds > 0);
    fputs("</div>\n</section>\n", file);
}

// One bar of a row, from and to in seconds of all.
static void put_bar(FILE *file, int row, double from, double to, double all,
                    const char *colour)
{
    const double scale = (WIDTH - LEFT) / all;
    fprintf(file, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
            LEFT + fmin(from, all) * scale, row * ROW + 6,
            fmax((fmin(to, all) - fmin(from, all)) * scale, 1.5), ROW - 12, colour);
}

static void put_row(FILE *file, int row, const char *name, const char *back)
{
    fprintf(file, "<text x=\"0\" y=\"%d\">%s</text>", row * ROW + 18, name);
    fprintf(file, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", LEFT,
            row * ROW + 6, WIDTH - LEFT, ROW - 12, back);
}

static void put_timeline(FILE *file, const struct bauta_check *check)
{
    const struct bauta_inspection *m = bauta_check_marks(check);
    struct bauta_check_facts f;
    if (bauta_check_facts(check, &f))
        return;
    const double all = fmax(f.seconds, m->seconds);
    if (all <= 0)
        return;
    fprintf(file, "<section>\n<h2>When</h2>\n<svg role=\"img\" aria-label=\"timeline\" "
                  "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-size=\"13\">",
            WIDTH, 4 * ROW + 20, WIDTH, 4 * ROW + 20);
    put_row(file, 0, "looked at", "#e4e4e4");
    put_bar(file, 0, 0, f.seconds, all, "#8aa7c4");
    put_row(file, 1, "watermark", "#e4e4e4");
    for (int i = 0; i < m->span_count; i++)
        put_bar(file, 1, m->span[i].start, m->span[i].end, all,
                m->span[i].marked ? "#a01818" : "#8aa7c4");
    put_row(file, 2, "stands still", "#e4e4e4");
    if (f.frozen_seconds >= 1.5)
        put_bar(file, 2, f.frozen_at, f.frozen_at + f.frozen_seconds, all, "#b36b00");
    put_row(file, 3, "comes again", "#e4e4e4");
    if (f.loop_seconds > 0) {
        put_bar(file, 3, f.loop_at, f.loop_at + f.loop_seconds, all, "#d8a04d");
        put_bar(file, 3, f.loop_again, f.loop_again + f.loop_seconds, all, "#b36b00");
    }
    fprintf(file, "<text x=\"%d\" y=\"%d\">0:00</text><text x=\"%d\" y=\"%d\" "
                  "text-anchor=\"end\">", LEFT, 4 * ROW + 14, WIDTH, 4 * ROW + 14);
    put_time(file, all);
    fputs("</text></svg>\n<p class=\"small\">Watermark: red where bauta's was found, blue "
          "where it was looked for and not found, grey where nothing was looked at. Orange: "
          "the longest time that the picture stood still, and the longest stretch that "
          "comes again.</p>\n</section>\n", file);
}

static void put_head(FILE *file, const char *path, const struct bauta_check *check)
{
    const struct bauta_inspection *m = bauta_check_marks(check);
    const time_t now = time(NULL);
    struct tm parts;
    char date[32] = "?";
    if (gmtime_r(&now, &parts))
        strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &parts);
    fprintf(file,
            "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
            "<head>\n<meta charset=\"utf-8\"/>\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "img-src data:; style-src 'unsafe-inline'\"/>\n"
            "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
            "<title>What can be said of this</title>\n<style>\n%s</style>\n</head>\n<body>\n"
            "<h1>What can be said of ", style);
    bt_check_text(file, path, 1);
    fprintf(file, "</h1>\n<p class=\"small\">Checked %s by bauta " BAUTA_VERSION, date);
    if (m->sha256[0])
        fprintf(file, "; the file's fingerprint (SHA-256) is <code>%s</code>", m->sha256);
    fprintf(file, "</p>\n<p class=\"verdict %s\">%s</p>\n",
            bauta_check_verdict_name(bauta_check_verdict(check)),
            bauta_check_headline(check));
}

void bt_check_page(FILE *file, const char *path, const struct bauta_check *check)
{
    put_head(file, path, check);
    put_level(file, check, BAUTA_CHECK_CERTAIN);
    put_level(file, check, BAUTA_CHECK_LIKELY);
    put_level(file, check, BAUTA_CHECK_UNKNOWN);
    put_level(file, check, BAUTA_CHECK_NEXT);
    put_pictures(file, check);
    put_timeline(file, check);
    put_level(file, check, BAUTA_CHECK_FACT);
    fputs("<p class=\"small\">This page holds everything in itself: it fetches nothing and "
          "runs no program. It may show people; treat it like the film.</p>\n"
          "</body>\n</html>", file);
}

// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double plain_seconds = 5;
static atomic_int bar_shown;

void bt_progress_init(struct bt_progress *progress, bool quiet)
{
    const bool terminal = isatty(STDERR_FILENO);
    *progress =
        (struct bt_progress){.bar = terminal && !quiet, .plain = !terminal && !quiet};
}

void bt_progress_clear(void)
{
    if (atomic_exchange(&bar_shown, 0))
        fputs("\r\033[K", stderr);
}

static int columns(void)
{
    struct winsize size;
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

static void format_left(char *text, size_t size, double seconds)
{
    const long whole = (long)(seconds + .5);
    if (whole >= 3600)
        snprintf(text, size, "%ld:%02ld:%02ld left", whole / 3600, whole / 60 % 60,
                 whole % 60);
    else
        snprintf(text, size, "%ld:%02ld left", whole / 60, whole % 60);
}

static void show_bar(const struct bauta_progress *now, const char *text)
{
    char bar[64];
    const int room = columns() - (int)strlen(text) - 4;
    const int width = room < 60 ? room : 60;
    flockfile(stderr);
    fputs("\r\033[K", stderr);
    if (now->frames_total > 0 && width >= 10) {
        const double part = (double)now->frames / (double)now->frames_total;
        const int full = (int)((part > 1 ? 1 : part) * width);
        memset(bar, '-', (size_t)width);
        memset(bar, '#', (size_t)full);
        fprintf(stderr, "[%.*s] ", width, bar);
    }
    fputs(text, stderr);
    atomic_store(&bar_shown, 1);
    fflush(stderr);
    funlockfile(stderr);
}

void bt_progress_line(const char *text)
{
    flockfile(stderr);
    fprintf(stderr, "\r\033[K%.*s", columns() - 1, text);
    atomic_store(&bar_shown, 1);
    fflush(stderr);
    funlockfile(stderr);
}

void bt_progress_show(void *opaque, const struct bauta_progress *now)
{
    struct bt_progress *p = opaque;
    char text[160], left[48] = "", total[40] = "";
    if (!p->bar && !p->plain)
        return;
    // The rate shown is slow to change, so that the time left can be read.
    p->rate = p->rate > 0 ? .8 * p->rate + .2 * now->fps : now->fps;
    if (p->plain && now->seconds - p->shown < plain_seconds)
        return;
    p->shown = now->seconds;
    if (now->frames_total > 0)
        snprintf(total, sizeof(total), " of %lld", (long long)now->frames_total);
    if (now->frames_total > now->frames && p->rate > 0)
        format_left(left, sizeof(left),
                    (double)(now->frames_total - now->frames) / p->rate);
    snprintf(text, sizeof(text), "%lld%s frames, %.1f fps%s%s", (long long)now->frames,
             total, p->rate, left[0] ? ", " : "", left);
    if (p->bar)
        show_bar(now, text);
    else
        bt_say("%s", text);
}

// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <ctype.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "live/window/parts/dialog.h"

enum { TRIES = 3, LINE_BYTES = 256 };

// Whether somebody is there to answer: both ends are a terminal, and it is ours just now.
static bool can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) &&
           tcgetpgrp(STDIN_FILENO) == getpgrp();
}

// One line without the spaces around it. False at the end of input, where a line is too
// long, and at a lone q.
static bool read_answer(char line[LINE_BYTES], char **answer)
{
    if (!fgets(line, LINE_BYTES, stdin)) {
        fputc('\n', stderr);
        return false;
    }
    size_t n = strlen(line);
    if (n == LINE_BYTES - 1 && line[n - 1] != '\n') {
        // Its rest must not be taken for a command afterwards.
        tcflush(STDIN_FILENO, TCIFLUSH);
        return false;
    }
    while (n > 0 && isspace((unsigned char)line[n - 1]))
        line[--n] = 0;
    *answer = line + strspn(line, " \t");
    return strcasecmp(*answer, "q") != 0;
}

// The ground that an answer means: its number, its word or the word's beginning.
static enum bt_ground ground_of(const char *answer)
{
    const size_t n = strlen(answer);
    for (int i = 0; n > 0 && i < BT_GROUND_COUNT; i++) {
        const bool number = n == 1 && *answer == '1' + i;
        if (number || !strncasecmp(answer, bt_grounds[i].name, n))
            return (enum bt_ground)i;
    }
    return BT_GROUND_NONE;
}

// A whole ground as --consent takes it into out. 1: taken, 0: not understood, or an error
// where no answer comes.
static int ask_once(char *out, size_t size)
{
    char line[LINE_BYTES], *answer = NULL;
    fprintf(stderr, "1 to 4 or the word, q to leave: ");
    if (!read_answer(line, &answer))
        return BAUTA_E_CONSENT;
    if (!bauta_consent_check(answer)) {
        snprintf(out, size, "%s", answer);
        return 1;
    }
    const enum bt_ground ground = ground_of(answer);
    if (ground == BT_GROUND_NONE)
        return 0;
    if (!bt_grounds[ground].reference) {
        snprintf(out, size, "%s", bt_grounds[ground].name);
        return 1;
    }
    fprintf(stderr, "%s, for the record: ", bt_grounds[ground].asked);
    if (!read_answer(line, &answer))
        return BAUTA_E_CONSENT;
    snprintf(out, size, "%s:%s", bt_grounds[ground].name, answer);
    return !bauta_consent_check(out);
}

int bt_ask_consent(const char *photo, char *out, size_t size)
{
    int result = 0;
    if (!can_ask())
        return 0;
    fprintf(stderr, "%s: whose face is this? The answer is kept and goes into what is "
                    "made with it.\n", photo);
    for (int i = 0; i < BT_GROUND_COUNT; i++)
        fprintf(stderr, "  %d  %-10s %s\n", i + 1, bt_grounds[i].name, bt_grounds[i].text);
    for (int i = 0; i < TRIES && !result; i++) {
        if (i > 0)
            fprintf(stderr, "That is none of them. ");
        result = ask_once(out, size);
    }
    if (result > 0)
        return 1;
    bt_say_error("%s: without an answer its face is not used; --consent GROUND says it "
                 "beforehand", photo);
    return BAUTA_E_CONSENT;
}

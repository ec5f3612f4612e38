// SPDX-License-Identifier: Apache-2.0
#include "codeword/codeword.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef char message[BAUTA_CODEWORD_MESSAGE_BYTES];

// Files ---------------------------------------------------------------------------------

static int fail_file(const char *path, const char *what)
{
    const int why = errno;
    bt_say_error("%s: cannot %s: %s", path, what, strerror(why));
    return why == EEXIST                    ? BAUTA_E_EXISTS
           : why == ENOENT                  ? BAUTA_E_NOT_FOUND
           : why == ENOSPC || why == EDQUOT ? BAUTA_E_DISK_FULL
           : why == EACCES || why == EROFS  ? BAUTA_E_PERMISSION
                                            : BAUTA_E_IO;
}

// A new file for this user alone.
static int write_file(const struct bt_codeword *c, const char *path, const char *data,
                      size_t size)
{
    if (c->force && unlink(path) && errno != ENOENT)
        return fail_file(path, "overwrite");
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_file(path, errno == EEXIST ? "write, --force overwrites" : "write");
    size_t done = 0;
    bool good = true;
    while (good && done < size) {
        const ssize_t n = write(fd, data + done, size - done);
        good = n > 0 || (n < 0 && errno == EINTR);
        done += n > 0 ? (size_t)n : 0;
    }
    if (good)
        good = !fsync(fd) || errno == EINVAL;
    int result = good ? 0 : fail_file(path, "write");
    close(fd);
    if (result < 0)
        unlink(path);
    return result;
}

// A number goes before the ending where there are several people to write for.
static int numbered(const char *path, int person, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    const int stem =
        dot && dot > path && dot[-1] != '/' ? (int)(dot - path) : (int)strlen(path);
    const int length =
        person ? snprintf(out, size, "%.*s-%d%s", stem, path, person, path + stem)
               : snprintf(out, size, "%s", path);
    if (length >= 0 && (size_t)length < size)
        return 0;
    bt_say_error("%s: the name is too long", path);
    return BAUTA_E_USAGE;
}

static int write_drawn(const struct bt_codeword *c, const char *path, const char *text,
                       enum bauta_qr_form form)
{
    char *data = NULL;
    size_t size = 0;
    int result = bauta_codeword_draw(text, form, &data, &size);
    if (!result)
        result = write_file(c, path, data, size);
    bauta_codeword_free(&data, size);
    return result;
}

static int show_drawn(const char *text)
{
    char *data = NULL;
    size_t size = 0;
    int result = bauta_codeword_draw(text, BAUTA_QR_TERMINAL, &data, &size);
    if (!result && (fwrite(data, 1, size, stdout) != size || fflush(stdout)))
        result = BAUTA_E_IO;
    bauta_codeword_free(&data, size);
    return result;
}

// The message as text in a file, else on standard output, and drawn where that is asked
// for.
static int give(const struct bt_codeword *c, const char *text, int person)
{
    const struct {
        const char *path;
        int form;
    } files[] = {{c->output, -1}, {c->png, BAUTA_QR_PNG}, {c->svg, BAUTA_QR_SVG}};
    char path[4096], line[sizeof(message) + 1];
    int result = 0;
    for (int i = 0; i < 3 && !result; i++) {
        if (!files[i].path)
            continue;
        result = numbered(files[i].path, person, path, sizeof path);
        snprintf(line, sizeof line, "%s\n", text);
        if (!result && files[i].form < 0)
            result = write_file(c, path, line, strlen(line));
        else if (!result)
            result = write_drawn(c, path, text, (enum bauta_qr_form)files[i].form);
        if (!result && !c->quiet)
            bt_say("%s: written%s", path,
                   !strcmp(c->step, "offer")
                       ? "; whoever reads it has the secret, so delete it afterwards"
                       : "");
    }
    bt_wipe(line, sizeof line);
    return result;
}

// A message that did not arrive ends its pairing.
static int give_or_forget(const struct bt_codeword *c, struct bauta_codebook *book,
                          const char *text, int person)
{
    const int result = give(c, text, person);
    if (result < 0 && !bauta_codebook_remove(book, c->name))
        bt_say_error("%s: the pairing is forgotten, since its message cannot be written",
                     c->name);
    return result;
}

static bool has_file(const struct bt_codeword *c)
{
    return c->output || c->png || c->svg;
}

// Steps ---------------------------------------------------------------------------------

static void json_pair(const struct bt_codeword *c, enum bauta_pair_state state,
                      const char *text, const char *aloud)
{
    struct bt_json json;
    if (bt_json_open(&json, "-") < 0)
        return;
    bt_json_object(&json, NULL);
    bt_json_text(&json, "name", c->name);
    bt_json_text(&json, "state", bauta_pair_state_name(state));
    // A message that went to a file, and an invitation, are not said again.
    if (text && text[0] && !has_file(c))
        bt_json_text(&json, "message", text);
    if (aloud)
        bt_json_text(&json, "read_aloud", aloud);
    bt_json_end_object(&json);
    bt_json_commit(&json);
}

static int show_invitation(const struct bt_codeword *c, const char *text, int person)
{
    if (person)
        printf("For person %d of %d:\n", person, c->people);
    const int result = show_drawn(text);
    printf("%s\n\n", text);
    if (!person || person == c->people)
        printf("They scan it, or type the line, into:  bauta codeword pair take NAME -\n"
               "Whoever sees it has the secret: clear the screen afterwards.\n");
    return result;
}

static int offer(const struct bt_codeword *c, struct bauta_codebook *book)
{
    message text[BAUTA_CODEWORD_PEOPLE_MAX];
    const int people = c->people ? c->people : 2;
    if (!has_file(c) && (c->json || !isatty(STDOUT_FILENO))) {
        bt_say_error(
            "an invitation is a secret and is shown on a terminal only; -o FILE, "
            "--png FILE or --svg FILE writes it");
        return BAUTA_E_USAGE;
    }
    int result = bauta_codebook_offer(book, c->name, people, text);
    for (int role = 1; role < people && !result; role++) {
        const int person = people > 2 ? role + 1 : 0;
        result = has_file(c) ? give_or_forget(c, book, text[role - 1], person)
                             : show_invitation(c, text[role - 1], person);
    }
    bt_wipe(text, sizeof text);
    if (!result && c->json)
        json_pair(c, BAUTA_PAIR_READY, NULL, NULL);
    else if (!result && !c->quiet)
        bt_say("%s: paired; bauta codeword show %s gives your words", c->name, c->name);
    return result;
}

static int begin(const struct bt_codeword *c, struct bauta_codebook *book)
{
    message text;
    int result = bauta_codebook_begin(book, c->name, text);
    if (!result)
        result = give_or_forget(c, book, text, 0);
    if (!result && c->json)
        json_pair(c, BAUTA_PAIR_BEGUN, text, NULL);
    else if (!result && !has_file(c))
        puts(text);
    if (!result && !c->json && !c->quiet)
        bt_say("send this to %s; what comes back goes into bauta codeword pair take %s -",
               c->name, c->name);
    return result;
}

// The message that a word is, that lies in a file, or that comes in by standard input.
static int read_message(const struct bt_codeword *c, message out)
{
    const char *from = c->words ? c->word[0] : "-";
    if (!strncasecmp(from, "BAUTA:", 6)) {
        snprintf(out, sizeof(message), "%s", from);
        return strlen(from) < sizeof(message) ? 0 : BAUTA_E_FORMAT;
    }
    const bool input = !strcmp(from, "-");
    FILE *file = input ? stdin : fopen(from, "re");
    if (!file)
        return fail_file(from, "open");
    if (input && isatty(STDIN_FILENO))
        fputs("The message, one line: ", stderr);
    memset(out, 0, sizeof(message));
    const bool got = fgets(out, sizeof(message), file) != NULL;
    if (!input)
        fclose(file);
    if (got)
        return 0;
    bt_say_error("%s: there is no message in it", input ? "standard input" : from);
    return BAUTA_E_FORMAT;
}

static int take(const struct bt_codeword *c, struct bauta_codebook *book)
{
    message text, reply;
    struct bauta_phrase aloud = {{0}, 0};
    int result = read_message(c, text);
    if (!result)
        result = bauta_codebook_take(book, c->name, text, reply);
    bt_wipe(text, sizeof text);
    if (result < 0)
        return result;
    const enum bauta_pair_state state = (enum bauta_pair_state)result;
    result = reply[0] ? give_or_forget(c, book, reply, 0) : 0;
    if (!result && state == BAUTA_PAIR_ALOUD)
        result = bauta_codebook_aloud(book, c->name, &aloud);
    if (result < 0)
        return result;
    if (c->json) {
        json_pair(c, state, reply, aloud.text[0] ? aloud.text : NULL);
        return 0;
    }
    if (reply[0] && !has_file(c))
        puts(reply);
    if (!c->quiet && reply[0])
        bt_say("send this back to %s", c->name);
    if (state == BAUTA_PAIR_ALOUD)
        printf(
            "Read aloud, face to face or on a number that you knew before:\n\n    %s\n\n"
            "and type the three words that you hear:\n"
            "    bauta codeword pair confirm %s WORD WORD WORD\n",
            aloud.text, c->name);
    else if (state == BAUTA_PAIR_READY && !c->quiet)
        bt_say("%s: paired; bauta codeword show %s gives your words", c->name, c->name);
    return 0;
}

static int confirm(const struct bt_codeword *c, struct bauta_codebook *book)
{
    char words[256];
    struct bauta_phrase aloud;
    struct bauta_codeword_result result;
    bt_codeword_phrase(c, words, sizeof words);
    if (!c->words) {
        // Asked again what to read.
        const int told = bauta_codebook_aloud(book, c->name, &aloud);
        if (!told && c->json)
            json_pair(c, BAUTA_PAIR_ALOUD, NULL, aloud.text);
        else if (!told)
            puts(aloud.text);
        return told;
    }
    const int judged = bauta_codebook_confirm(book, c->name, words, &result);
    if (judged < 0)
        return judged;
    const bool right = result.verdict == BAUTA_CODEWORD_RIGHT;
    if (c->json)
        bt_codeword_tell(c, &result, NULL);
    else if (right)
        bt_say("%s: paired; bauta codeword show %s gives your words", c->name, c->name);
    else if (result.left)
        bt_say_error("%s: those are not the words of this pairing; listen again, %d more "
                     "tr%s",
                     c->name, result.left, result.left == 1 ? "y" : "ies");
    else
        bt_say_error(
            "%s: wrong three times. Somebody may stand between you: this pairing is "
            "forgotten; meet, and use bauta codeword pair offer",
            c->name);
    return right ? 0 : BT_EXIT_WRONG;
}

int bt_codeword_pair(const struct bt_codeword *c)
{
    static const struct {
        const char *name;
        int (*run)(const struct bt_codeword *c, struct bauta_codebook *book);
        bool make;
        int words;
    } steps[] = {
        {"offer", offer, true, 0},
        {"begin", begin, true, 0},
        {"take", take, true, 1},
        {"confirm", confirm, false, 3},
    };
    for (size_t i = 0; c->step && i < sizeof steps / sizeof *steps; i++) {
        struct bauta_codebook *book = NULL;
        if (strcmp(steps[i].name, c->step) != 0)
            continue;
        if (!c->name || c->words > steps[i].words) {
            bt_say_error("codeword pair %s: %s", c->step,
                         c->name ? "there are too many words" : "the name is missing");
            return BAUTA_E_USAGE;
        }
        int result = bt_codeword_open(c, steps[i].make, &book);
        if (!result)
            result = steps[i].run(c, book);
        bauta_codebook_close(&book);
        return result;
    }
    bt_say_error("codeword pair %s: it is offer, begin, take or confirm",
                 c->step ? c->step : "");
    return BAUTA_E_USAGE;
}

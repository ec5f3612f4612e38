// SPDX-License-Identifier: Apache-2.0
#include "codeword/codeword.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { PASSPHRASE_BYTES = BAUTA_CODEWORD_PASSPHRASE_MAX + 2 };

void bt_wipe(void *data, size_t size)
{
    explicit_bzero(data, size);
}

// From a file ---------------------------------------------------------------------------

static int read_first_line(int fd, const char *file, char *out)
{
    size_t size = 0;
    while (size < PASSPHRASE_BYTES && !memchr(out, '\n', size)) {
        const ssize_t n = read(fd, out + size, PASSPHRASE_BYTES - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            bt_say_error("%s: cannot read: %s", file, strerror(errno));
            return BAUTA_E_IO;
        }
        if (n == 0)
            break;
        size += (size_t)n;
    }
    const char *end = memchr(out, '\n', size);
    size = end ? (size_t)(end - out) : size;
    if (size && out[size - 1] == '\r')
        size--;
    if (size > BAUTA_CODEWORD_PASSPHRASE_MAX || memchr(out, 0, size)) {
        bt_say_error(
            "%s: its first line is no passphrase: it has zero bytes, or more than "
            "%d",
            file, BAUTA_CODEWORD_PASSPHRASE_MAX);
        return BAUTA_E_FORMAT;
    }
    out[size] = 0;
    return 0;
}

static int read_file(const char *file, char *out)
{
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const int why = errno;
        bt_say_error("%s: cannot open: %s", file, strerror(why));
        return why == ENOENT ? BAUTA_E_NOT_FOUND : BAUTA_E_PERMISSION;
    }
    struct stat info;
    if (!fstat(fd, &info) && S_ISREG(info.st_mode) && (info.st_mode & 077))
        bt_say("warning: %s: others may read this passphrase; chmod 600 is right", file);
    const int result = read_first_line(fd, file, out);
    close(fd);
    return result;
}

// From the terminal ---------------------------------------------------------------------

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

// A line without its end. A signal ends it, so that the echo can be put back.
static int read_line(int fd, char *out)
{
    size_t size = 0;
    while (!interrupted && size < PASSPHRASE_BYTES) {
        const ssize_t n = read(fd, out + size, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (out[size] == '\n' || out[size] == '\r') {
            out[size] = 0;
            return 0;
        }
        size++;
    }
    if (interrupted)
        return BAUTA_E_STOPPED;
    bt_say_error("the passphrase did not end, or is longer than %d bytes",
                 BAUTA_CODEWORD_PASSPHRASE_MAX);
    return BAUTA_E_USAGE;
}

static int ask_once(int fd, const char *prompt, char *out)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    enum { CAUGHT = sizeof caught / sizeof *caught };
    struct sigaction action = {.sa_handler = on_signal}, before[CAUGHT];
    struct termios shown, hidden;
    if (tcgetattr(fd, &shown)) {
        bt_say_error("the terminal cannot be asked: %s", strerror(errno));
        return BAUTA_E_IO;
    }
    sigemptyset(&action.sa_mask);
    interrupted = 0;
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &action, &before[i]);
    hidden = shown;
    hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)ECHO) | ICANON | ISIG | ECHONL;
    int result = BAUTA_E_IO;
    if (!tcsetattr(fd, TCSAFLUSH, &hidden)) {
        dprintf(fd, "%s: ", prompt);
        result = read_line(fd, out);
        tcsetattr(fd, TCSAFLUSH, &shown);
    }
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &before[i], NULL);
    if (interrupted) {
        dprintf(fd, "\n");
        bt_say_error("no passphrase was given");
    }
    return result;
}

int bt_read_passphrase(const char *file, const char *prompt, bool twice, char *passphrase)
{
    char again[PASSPHRASE_BYTES];
    if (file)
        return read_file(file, passphrase);
    const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        bt_say_error(
            "there is no terminal to ask for the passphrase; --passphrase-file FILE "
            "gives it");
        return BAUTA_E_USAGE;
    }
    int result = ask_once(fd, prompt, passphrase);
    if (!result && twice) {
        result = ask_once(fd, "The same again", again);
        if (!result && strcmp(passphrase, again) != 0) {
            bt_say_error("the two passphrases are not the same");
            result = BAUTA_E_USAGE;
        }
        bt_wipe(again, sizeof again);
    }
    close(fd);
    return result;
}

int bt_codeword_open(const struct bt_codeword *c, bool make, struct bauta_codebook **out)
{
    char path[4096], passphrase[PASSPHRASE_BYTES];
    int result = bauta_codebook_path(path, sizeof path);
    if (result < 0)
        return result;
    const bool new = access(path, F_OK) != 0;
    if (new && !make) {
        bt_say_error(
            "%s: there is no book of code words yet; bauta codeword pair begins one",
            path);
        return BAUTA_E_NOT_FOUND;
    }
    result = bt_read_passphrase(c->passphrase_file,
                                new ? "A passphrase for the new book of code words"
                                    : "Passphrase of the code words",
                                new, passphrase);
    if (!result)
        result = bauta_codebook_open(NULL, passphrase, make, out);
    bt_wipe(passphrase, sizeof passphrase);
    return result;
}

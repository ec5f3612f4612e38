// SPDX-License-Identifier: Apache-2.0
#include <locale.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/log.h"
#include "base/opt.h"

extern char **environ;

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

// Runs a program by its name and waits; its exit status, or -1.
static int run(char *const argv[])
{
    pid_t child = 0;
    int status = 0;
    if (posix_spawnp(&child, argv[0], NULL, NULL, argv, environ))
        return -1;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                   : -1;
}

// A host program with a decimal comma changes nothing in how options are read.
static void test_comma(void)
{
    static const struct bt_opt opt = {{"alpha", BAUTA_OPTION_FLOAT, "0", 0, 1}, 0};
    float value = 0;
    char text[32];
    snprintf(text, sizeof(text), "%g", 0.5);
    CHECK_TEXT(text, "0,5");   // the locale is really in force
    CHECK_INT(bt_opt_set(&opt, &value, "0.25"), 0);
    CHECK_NEAR(value, 0.25, 0);
    CHECK_INT(bt_opt_set(&opt, &value, "0,75"), BAUTA_E_USAGE);
    bt_opt_get(&opt, &value, text, sizeof(text));
    CHECK_TEXT(text, "0.25");
    snprintf(text, sizeof(text), "%g", 0.5);
    CHECK_TEXT(text, "0,5");   // and the program keeps it
}

int main(void)
{
    char folder[] = "/tmp/bauta-locale-XXXXXX";
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    char made[64];
    snprintf(made, sizeof(made), "%s/comma", folder);
    char *const make[] = {"localedef", "-i", "de_DE", "-f", "UTF-8", made, NULL};
    char *const clear[] = {"rm", "-rf", folder, NULL};
    setenv("LOCPATH", folder, 1);
    run(make);
    const int there = setlocale(LC_ALL, "comma") != NULL;
    if (there) {
        bauta_log_set(quiet, NULL);
        test_comma();
    }
    CHECK_INT(run(clear), 0);
    if (there || check_failures)
        return check_end();
    printf("skipped: localedef makes no German locale here\n");
    return 77;
}

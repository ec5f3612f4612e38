// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include <bauta/keys.h>

enum { NAMES, HELP };
static const struct bt_flag flags[] = {
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta keys show\n"
    "       bauta keys import FILE\n"
    "\n"
    "The key that signs what bauta makes. It is made on first use, with a certificate of\n"
    "this machine alone: whoever checks a file can tell that it is unchanged, and not who\n"
    "made it. The state Trusted needs a certificate that others trust: one for claim\n"
    "signing, on P-256, from an authority on the C2PA trust list.\n"
    "\n"
    "show prints where the key lies and its certificates, the root last; given as\n"
    "--anchors to bauta inspect, that root makes this machine's files trusted. import\n"
    "takes a PEM file (key, then the chain, signer first) or a PKCS#12 file, whose\n"
    "password is in the variable BAUTA_KEYS_PASSWORD.\n";

static int show(void)
{
    char *text = NULL;
    const int result = bauta_keys_show(&text);
    if (result >= 0)
        fputs(text, stdout);
    bauta_keys_free(&text);
    return result;
}

int bt_cmd_keys(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    const char *word[2] = {NULL, NULL};
    int count = 0, flag = 0;
    while ((flag = bt_args_next(&args)) != BT_ARG_END) {
        if (flag == NAMES) {
            bt_print_flags(stdout, flags);
            return 0;
        }
        if (flag == HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (flag < 0)
            return flag;
        if (count < 2)
            word[count] = args.value;
        count++;
    }
    if (count == 1 && !strcmp(word[0], "show"))
        return show();
    if (count == 2 && !strcmp(word[0], "import")) {
        const int result = bauta_keys_import(word[1], getenv("BAUTA_KEYS_PASSWORD"));
        if (result >= 0)
            bt_say("%s signs from now on", word[1]);
        return result;
    }
    bt_say_error("bauta keys show, or bauta keys import FILE; bauta keys --help says more");
    return BAUTA_E_USAGE;
}

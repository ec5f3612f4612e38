// SPDX-License-Identifier: Apache-2.0
#include "codeword/codeword.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    PASSPHRASE_FILE,
    NEW_PASSPHRASE_FILE,
    OUTPUT,
    PNG,
    SVG,
    PEOPLE,
    ANSWER,
    DURESS,
    FORCE,
    JSON,
    QUIET,
    NAMES,
    HELP
};

static const struct bt_flag flags[] = {
    [PASSPHRASE_FILE] = {"passphrase-file", 0, true},
    [NEW_PASSPHRASE_FILE] = {"new-passphrase-file", 0, true},
    [OUTPUT] = {"output", 'o', true},
    [PNG] = {"png", 0, true},
    [SVG] = {"svg", 0, true},
    [PEOPLE] = {"people", 0, true},
    [ANSWER] = {"answer", 0, false},
    [DURESS] = {"duress", 0, false},
    [FORCE] = {"force", 0, false},
    [JSON] = {"json", 0, false},
    [QUIET] = {"quiet", 'q', false},
    [NAMES] = {"names", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta codeword pair offer NAME [--people N] [-o FILE] [--png FILE] [--svg "
    "FILE]\n"
    "       bauta codeword pair begin NAME [-o FILE]\n"
    "       bauta codeword pair take NAME [MESSAGE|FILE|-] [-o FILE]\n"
    "       bauta codeword pair confirm NAME [WORD WORD WORD]\n"
    "       bauta codeword show NAME [--duress]\n"
    "       bauta codeword check NAME [WORD WORD WORD] [--answer]\n"
    "       bauta codeword ask NAME\n"
    "       bauta codeword answer NAME [WORD WORD WORD]\n"
    "       bauta codeword list\n"
    "       bauta codeword remove NAME\n"
    "       bauta codeword passphrase\n"
    "\n"
    "Words by which people who paired once know each other on a call: each says three "
    "words\n"
    "of the moment, the other checks them. They say that somebody with the secret "
    "speaks,\n"
    "now. They do not stop who has the real person on another line and hands on what "
    "they\n"
    "say, nor who has their unlocked device. Let the one who called say words first.\n"
    "\n"
    "  pair offer   in person: shows a QR code that the other scans or types\n"
    "      --people N       2 to 8 with the same secret; an invitation for each of the "
    "others\n"
    "      -o, --output     write the line to a file, --png and --svg the code\n"
    "  pair begin   over any channel: prints the first of three messages\n"
    "  pair take    takes an invitation or a message, prints what to send back\n"
    "  pair confirm the three words that the other read aloud; without words: yours to "
    "read\n"
    "  show         your words of the moment\n"
    "      --duress         two words to learn by heart, to say instead of the second "
    "and\n"
    "                       third when you are forced to speak\n"
    "  check        whether the words that you heard are right\n"
    "      --answer         they answer the question asked last\n"
    "  ask, answer  a question in words, and the answer that only they can give to it;\n"
    "               what was listened to earlier is of no use then\n"
    "  list, remove what is in the book, by name\n"
    "  passphrase   gives the book another passphrase (--new-passphrase-file FILE)\n"
    "      --passphrase-file FILE   its first line, instead of asking on the terminal\n"
    "      --json           write JSON to standard output\n"
    "      --force          overwrite files\n"
    "  -q, --quiet          say errors and results only\n"
    "\n"
    "Exit status: 0 right or done, 23 wrong passphrase, 24 the book was changed, 25 "
    "wrong\n"
    "words (3 lock the pair for 5 minutes, then twice as long each time), 26 said "
    "before,\n"
    "27 locked, 28 duress, 29 no such question or too old.\n";

static int take_word(struct bt_codeword *c, const char *word)
{
    const bool pairing = c->action && !strcmp(c->action, "pair");
    if (!c->action)
        c->action = word;
    else if (pairing && !c->step)
        c->step = word;
    else if (!c->name)
        c->name = word;
    else if (c->words < BT_WORDS_MAX)
        c->word[c->words++] = word;
    else {
        bt_say_error("codeword %s: there are too many words", c->action);
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int take(struct bt_codeword *c, const struct bt_args *args, int flag)
{
    switch (flag) {
    case PASSPHRASE_FILE:
        return bt_take_once(&c->passphrase_file, "passphrase-file", args->value);
    case NEW_PASSPHRASE_FILE:
        return bt_take_once(&c->new_passphrase_file, "new-passphrase-file", args->value);
    case OUTPUT:
        return bt_take_once(&c->output, "output", args->value);
    case PNG:
        return bt_take_once(&c->png, "png", args->value);
    case SVG:
        return bt_take_once(&c->svg, "svg", args->value);
    case PEOPLE:
        return bt_parse_int("--people", args->value, 2, BAUTA_CODEWORD_PEOPLE_MAX,
                            &c->people);
    case ANSWER:
        c->answer = true;
        return 0;
    case DURESS:
        c->duress = true;
        return 0;
    case FORCE:
        c->force = true;
        return 0;
    case JSON:
        c->json = true;
        return 0;
    case QUIET:
        c->quiet = true;
        return 0;
    case NAMES:
    case HELP:
        if (flag == NAMES)
            bt_print_flags(stdout, flags);
        else
            fputs(help, stdout);
        c->done = true;
        return 0;
    default:
        return take_word(c, args->value);
    }
}

void bt_codeword_phrase(const struct bt_codeword *c, char *out, size_t size)
{
    size_t length = 0;
    out[0] = 0;
    for (int i = 0; i < c->words && length < size; i++)
        length += (size_t)snprintf(out + length, size - length, "%s%s", i ? " " : "",
                                   c->word[i]);
}

// Output --------------------------------------------------------------------------------

static void wait_of(int seconds, char out[32])
{
    if (seconds % 60 == 0)
        snprintf(out, 32, "%d minutes", seconds / 60);
    else
        snprintf(out, 32, "%d min %d s", seconds / 60, seconds % 60);
}

static int exit_of(enum bauta_codeword_verdict verdict)
{
    static const int exits[] = {
        [BAUTA_CODEWORD_RIGHT] = 0,
        [BAUTA_CODEWORD_WRONG] = BT_EXIT_WRONG,
        [BAUTA_CODEWORD_REPLAYED] = BT_EXIT_REPLAYED,
        [BAUTA_CODEWORD_OWN] = BT_EXIT_WRONG,
        [BAUTA_CODEWORD_DURESS] = BT_EXIT_DURESS,
        [BAUTA_CODEWORD_LOCKED] = BT_EXIT_LOCKED,
        [BAUTA_CODEWORD_EXPIRED] = BT_EXIT_EXPIRED,
    };
    return exits[verdict];
}

static void say_verdict(const struct bt_codeword *c,
                        const struct bauta_codeword_result *r)
{
    static const char *const texts[] = {
        [BAUTA_CODEWORD_RIGHT] = "right",
        [BAUTA_CODEWORD_WRONG] =
            "WRONG. If you are sure of what you heard, hang up and call "
            "back on a number that you know; both clocks must be right",
        [BAUTA_CODEWORD_REPLAYED] =
            "SAID BEFORE: these words were right, and were accepted "
            "already. Somebody may repeat them; ask for the next ones",
        [BAUTA_CODEWORD_OWN] = "WRONG: these are your own words, said back to you",
        [BAUTA_CODEWORD_DURESS] =
            "DURESS: these are the words of somebody who is forced to "
            "speak. Go on as if all were well, and get help",
        [BAUTA_CODEWORD_LOCKED] = "locked after wrong words; nothing is looked at",
        [BAUTA_CODEWORD_EXPIRED] = "there is no question open, or it is too old: bauta "
                                   "codeword ask asks one",
    };
    char wait[32];
    printf("%s: %s\n", c->name, texts[r->verdict]);
    if (r->locked) {
        wait_of(r->locked, wait);
        printf("%s: locked for %s\n", c->name, wait);
    } else if (r->verdict == BAUTA_CODEWORD_WRONG || r->verdict == BAUTA_CODEWORD_OWN) {
        printf("%s: %d more and it is locked\n", c->name, r->left);
    }
}

int bt_codeword_tell(const struct bt_codeword *c,
                     const struct bauta_codeword_result *result,
                     const struct bauta_phrase *answer)
{
    struct bt_json json;
    if (!c->json) {
        if (answer)
            printf("%s\n", answer->text);
        else
            say_verdict(c, result);
        return exit_of(result->verdict);
    }
    const int opened = bt_json_open(&json, "-");
    if (opened < 0)
        return opened;
    bt_json_object(&json, NULL);
    bt_json_text(&json, "name", c->name);
    bt_json_text(&json, "verdict", bauta_codeword_verdict_name(result->verdict));
    if (result->role >= 0)
        bt_json_int(&json, "person", result->role + 1);
    bt_json_int(&json, "wrong_left", result->left);
    bt_json_int(&json, "locked_seconds", result->locked);
    if (answer) {
        bt_json_text(&json, "words", answer->text);
        bt_json_int(&json, "seconds", answer->seconds);
    }
    bt_json_end_object(&json);
    const int written = bt_json_commit(&json);
    return written < 0 ? written : exit_of(result->verdict);
}

static int tell_phrase(const struct bt_codeword *c, const struct bauta_phrase *phrase,
                       const char *advice)
{
    struct bt_json json;
    if (!c->json) {
        printf("%s\n", phrase->text);
        if (!c->quiet && phrase->seconds)
            bt_say("right for %d seconds; %s", phrase->seconds, advice);
        else if (!c->quiet)
            bt_say("%s", advice);
        return 0;
    }
    const int opened = bt_json_open(&json, "-");
    if (opened < 0)
        return opened;
    bt_json_object(&json, NULL);
    bt_json_text(&json, "name", c->name);
    bt_json_text(&json, "words", phrase->text);
    bt_json_int(&json, "seconds", phrase->seconds);
    bt_json_end_object(&json);
    return bt_json_commit(&json);
}

// Actions -------------------------------------------------------------------------------

static int show(const struct bt_codeword *c, struct bauta_codebook *book)
{
    struct bauta_phrase phrase;
    const int result = c->duress ? bauta_codebook_duress(book, c->name, &phrase)
                                 : bauta_codebook_show(book, c->name, &phrase);
    if (result < 0)
        return result;
    return tell_phrase(c, &phrase,
                       c->duress
                           ? "learn them by heart; said as second and third word, or "
                             "alone, they mean that you are forced to speak"
                           : "let who called you say theirs first");
}

static int ask(const struct bt_codeword *c, struct bauta_codebook *book)
{
    struct bauta_phrase phrase;
    const int result = bauta_codebook_ask(book, c->name, &phrase);
    if (result < 0)
        return result;
    return tell_phrase(c, &phrase, "check what they answer with check --answer");
}

// From the command line, else a line of standard input.
static int heard(const struct bt_codeword *c, char *out, size_t size)
{
    bt_codeword_phrase(c, out, size);
    if (c->words)
        return 0;
    if (isatty(STDIN_FILENO))
        fputs("The words that you heard: ", stderr);
    if (fgets(out, (int)size, stdin))
        return 0;
    bt_say_error("codeword %s: the words are missing", c->action);
    return BAUTA_E_USAGE;
}

static int check(const struct bt_codeword *c, struct bauta_codebook *book)
{
    char words[256];
    struct bauta_codeword_result result;
    int judged = heard(c, words, sizeof words);
    if (!judged)
        judged = c->answer ? bauta_codebook_check_answer(book, c->name, words, &result)
                           : bauta_codebook_check(book, c->name, words, &result);
    return judged < 0 ? judged : bt_codeword_tell(c, &result, NULL);
}

static int answer(const struct bt_codeword *c, struct bauta_codebook *book)
{
    char words[256];
    struct bauta_phrase phrase;
    struct bauta_codeword_result result;
    int judged = heard(c, words, sizeof words);
    if (!judged)
        judged = bauta_codebook_answer(book, c->name, words, &phrase, &result);
    if (judged < 0)
        return judged;
    return bt_codeword_tell(c, &result,
                            result.verdict == BAUTA_CODEWORD_RIGHT ? &phrase : NULL);
}

static void time_of(int64_t seconds, bool utc, char out[32])
{
    const time_t time = (time_t)seconds;
    struct tm parts;
    if (!(utc ? gmtime_r(&time, &parts) : localtime_r(&time, &parts)) ||
        !strftime(out, 32, utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M", &parts))
        strcpy(out, "?");
}

struct list {
    struct bt_json json;
    bool as_json;
    int count;
};

static int list_one(void *opaque, const struct bauta_pair_info *info)
{
    struct list *list = opaque;
    char made[32], accepted[32] = "never", wait[32];
    list->count++;
    time_of(info->made, list->as_json, made);
    if (info->accepted)
        time_of(info->accepted, list->as_json, accepted);
    if (!list->as_json) {
        wait_of(info->locked, wait);
        printf("%-20s %s, person %d of %d, paired %s, last right words %s%s%s\n",
               info->name, bauta_pair_state_name(info->state), info->role + 1,
               info->people, made, accepted, info->locked ? ", locked for " : "",
               info->locked ? wait : "");
        return 0;
    }
    bt_json_object(&list->json, NULL);
    bt_json_text(&list->json, "name", info->name);
    bt_json_text(&list->json, "state", bauta_pair_state_name(info->state));
    bt_json_int(&list->json, "person", info->role + 1);
    bt_json_int(&list->json, "people", info->people);
    bt_json_text(&list->json, "paired", made);
    bt_json_text(&list->json, "accepted", info->accepted ? accepted : NULL);
    bt_json_int(&list->json, "wrong", info->wrong);
    bt_json_int(&list->json, "locked_seconds", info->locked);
    bt_json_end_object(&list->json);
    return 0;
}

static int list(const struct bt_codeword *c, struct bauta_codebook *book)
{
    struct list list = {.as_json = c->json};
    int result = c->json ? bt_json_open(&list.json, "-") : 0;
    if (result < 0)
        return result;
    if (c->json)
        bt_json_array(&list.json, NULL);
    result = bauta_codebook_list(book, list_one, &list);
    if (c->json) {
        bt_json_end_array(&list.json);
        const int written = bt_json_commit(&list.json);
        result = result < 0 ? result : written;
    }
    return result;
}

static int remove_pair(const struct bt_codeword *c, struct bauta_codebook *book)
{
    const int result = bauta_codebook_remove(book, c->name);
    if (result >= 0 && !c->quiet)
        bt_say("%s: removed", c->name);
    return result;
}

static int passphrase(const struct bt_codeword *c, struct bauta_codebook *book)
{
    char text[BAUTA_CODEWORD_PASSPHRASE_MAX + 2];
    int result =
        bt_read_passphrase(c->new_passphrase_file, "The new passphrase", true, text);
    if (!result)
        result = bauta_codebook_rekey(book, text);
    bt_wipe(text, sizeof text);
    if (result >= 0 && !c->quiet)
        bt_say("the book of code words has a new passphrase");
    return result;
}

static const struct action {
    const char *name;
    int (*run)(const struct bt_codeword *c, struct bauta_codebook *book);
    bool named;
    int words;
} actions[] = {
    {"show", show, true, 0},
    {"check", check, true, 3},
    {"ask", ask, true, 0},
    {"answer", answer, true, 3},
    {"list", list, false, 0},
    {"remove", remove_pair, true, 0},
    {"passphrase", passphrase, false, 0},
};
enum { ACTIONS = sizeof actions / sizeof *actions };

static int run(const struct bt_codeword *c, const struct action *action)
{
    struct bauta_codebook *book = NULL;
    if (action->named != !!c->name || c->words > action->words) {
        bt_say_error("codeword %s: %s", action->name,
                     !c->name ? "the name is missing" : "there are too many words");
        return BAUTA_E_USAGE;
    }
    int result = bt_codeword_open(c, false, &book);
    if (!result)
        result = action->run(c, book);
    bauta_codebook_close(&book);
    return result;
}

static int act(const struct bt_codeword *c)
{
    const char *words[ACTIONS + 2] = {"pair"};
    if (!c->action) {
        fputs(help, stderr);
        return BAUTA_E_USAGE;
    }
    if (!strcmp(c->action, "pair"))
        return bt_codeword_pair(c);
    for (int i = 0; i < ACTIONS; i++) {
        words[i + 1] = actions[i].name;
        if (!strcmp(actions[i].name, c->action))
            return run(c, &actions[i]);
    }
    return bt_fail_action("codeword", c->action, words, "there is no such thing to do");
}

int bt_cmd_codeword(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    struct bt_codeword c = {0};
    int flag = 0, result = 0;
    while (result >= 0 && !c.done && (flag = bt_args_next(&args)) != BT_ARG_END)
        result = flag < 0 ? flag : take(&c, &args, flag);
    return result >= 0 && !c.done ? act(&c) : result;
}

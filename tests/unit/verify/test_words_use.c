// SPDX-License-Identifier: Apache-2.0
//
// Words said and heard: both directions, clocks that differ, replay, lock, questions,
// duress; and two processes that share nothing but files.

#include "words.h"

#include <sys/wait.h>

static void test_directions(void)
{
    struct bauta_codebook *anna = book_of("anna"), *ben = book_of("ben");
    struct bauta_phrase a, b;
    struct bauta_codeword_result result;
    pair_up(anna, ben);
    CHECK_INT(bauta_codebook_show(anna, "ben", &a), 0);
    CHECK_INT(bauta_codebook_show(ben, "anna", &b), 0);
    CHECK(strcmp(a.text, b.text) != 0);
    CHECK_INT(a.seconds, 60 - clock_now % 30);
    CHECK_INT(bauta_codebook_check(ben, "anna", a.text, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_RIGHT && result.role == 0 &&
          result.left == 3 && !result.locked);
    CHECK_INT(bauta_codebook_check(anna, "ben", b.text, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_RIGHT && result.role == 1);
    // One's own words, said back, are not the other's.
    CHECK_INT(check_of(anna, "ben", a.text), BAUTA_CODEWORD_OWN);
    CHECK_INT(check_of(anna, "ben", nonsense(1)), BAUTA_CODEWORD_WRONG);
    // What is no word costs no try.
    CHECK_INT(bauta_codebook_check(anna, "ben", "banana falcon xylophon", &result),
              BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_check(anna, "ben", "banana falcon", &result), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_check(anna, "carl", a.text, &result), BAUTA_E_NOT_FOUND);
    CHECK(strstr(last_error, "carl"));
    struct bauta_pair_info info;
    CHECK_INT(bauta_codebook_info(anna, "ben", &info), 0);
    CHECK(info.wrong == 2 && info.accepted == clock_now && info.role == 0);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_skew(void)
{
    struct bauta_codebook *anna = book_of("skew-a"), *ben = book_of("skew-b");
    struct bauta_phrase said;
    const int64_t start = 1800000000 + 15;
    pair_up(anna, ben);
    const struct {
        int off, verdict;
    } rows[] = {{0, BAUTA_CODEWORD_RIGHT},   {30, BAUTA_CODEWORD_RIGHT},
                {-30, BAUTA_CODEWORD_RIGHT}, {44, BAUTA_CODEWORD_RIGHT},
                {-45, BAUTA_CODEWORD_RIGHT}, {45, BAUTA_CODEWORD_WRONG},
                {-46, BAUTA_CODEWORD_WRONG}, {3600, BAUTA_CODEWORD_WRONG}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        // Days apart, so that no row is in the way of another.
        clock_now = start + (int64_t)i * 86400;
        CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
        clock_now += rows[i].off;
        CHECK_INT(check_of(ben, "anna", said.text), rows[i].verdict);
    }
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_replay(void)
{
    struct bauta_codebook *anna = book_of("replay-a"), *ben = book_of("replay-b");
    struct bauta_phrase before, now, after;
    pair_up(anna, ben);
    clock_now = 1800000000;
    CHECK_INT(bauta_codebook_show(anna, "ben", &before), 0);
    clock_now += 30;
    CHECK_INT(bauta_codebook_show(anna, "ben", &now), 0);
    clock_now += 30;
    CHECK_INT(bauta_codebook_show(anna, "ben", &after), 0);
    clock_now -= 30;
    CHECK_INT(check_of(ben, "anna", now.text), BAUTA_CODEWORD_RIGHT);
    CHECK_INT(check_of(ben, "anna", now.text), BAUTA_CODEWORD_REPLAYED);
    CHECK_INT(check_of(ben, "anna", before.text), BAUTA_CODEWORD_REPLAYED);
    // Another handle of the same book remembers, too.
    bauta_codebook_close(&ben);
    ben = book_of("replay-b");
    CHECK_INT(check_of(ben, "anna", now.text), BAUTA_CODEWORD_REPLAYED);
    CHECK_INT(check_of(ben, "anna", after.text), BAUTA_CODEWORD_RIGHT);
    clock_now += 300;
    CHECK_INT(check_of(ben, "anna", after.text), BAUTA_CODEWORD_WRONG);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_lock(void)
{
    struct bauta_codebook *anna = book_of("lock-a"), *ben = book_of("lock-b");
    struct bauta_codeword_result result;
    struct bauta_phrase said;
    int n = 0, wait = BAUTA_CODEWORD_LOCK_SECONDS;
    pair_up(anna, ben);
    clock_now = 1800000000;
    for (int lock = 0; lock < 7; lock++) {
        for (int left = 2; left >= 0; left--) {
            CHECK_INT(bauta_codebook_check(ben, "anna", nonsense(n++), &result), 0);
            CHECK_INT(result.verdict, BAUTA_CODEWORD_WRONG);
            CHECK_INT(result.left, left);
            CHECK_INT(result.locked, left ? 0 : wait);
        }
        // The right words do not open it, nor does opening the book anew or a clock set
        // back.
        CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
        bauta_codebook_close(&ben);
        ben = book_of("lock-b");
        CHECK_INT(check_of(ben, "anna", said.text), BAUTA_CODEWORD_LOCKED);
        clock_now += wait - 1;
        CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
        CHECK_INT(bauta_codebook_check(ben, "anna", said.text, &result), 0);
        CHECK(result.verdict == BAUTA_CODEWORD_LOCKED && result.locked == 1);
        clock_now += 1;
        wait = wait < BAUTA_CODEWORD_LOCK_SECONDS_MAX ? 2 * wait : wait;
        wait = wait < BAUTA_CODEWORD_LOCK_SECONDS_MAX ? wait
                                                      : BAUTA_CODEWORD_LOCK_SECONDS_MAX;
    }
    CHECK_INT(wait, BAUTA_CODEWORD_LOCK_SECONDS_MAX);
    CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
    CHECK_INT(check_of(ben, "anna", said.text), BAUTA_CODEWORD_RIGHT);
    // Right words begin the count anew.
    for (int i = 0; i < 3; i++)
        CHECK_INT(bauta_codebook_check(ben, "anna", nonsense(n++), &result), 0);
    CHECK_INT(result.locked, BAUTA_CODEWORD_LOCK_SECONDS);
    // Set back by a year, the clock locks for no longer than before.
    clock_now -= 365 * 86400;
    CHECK_INT(bauta_codebook_check(ben, "anna", said.text, &result), 0);
    CHECK_INT(result.locked, BAUTA_CODEWORD_LOCK_SECONDS);
    clock_now += BAUTA_CODEWORD_LOCK_SECONDS;
    CHECK_INT(check_of(ben, "anna", nonsense(n++)), BAUTA_CODEWORD_WRONG);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_question(void)
{
    struct bauta_codebook *anna = book_of("ask-a"), *ben = book_of("ask-b");
    struct bauta_codeword_result result;
    struct bauta_phrase question, answer, moment, other;
    pair_up(anna, ben);
    clock_now = 1800000029;
    CHECK_INT(bauta_codebook_check_answer(anna, "ben", nonsense(3), &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_EXPIRED);
    CHECK_INT(bauta_codebook_ask(anna, "ben", &question), 0);
    CHECK_INT(question.seconds, 91);
    CHECK_INT(bauta_codebook_answer(ben, "anna", question.text, &answer, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_RIGHT && result.role == 0);
    CHECK_INT(answer.seconds, 91);
    // Words of the moment are no answer, and an answer is none of those.
    CHECK_INT(bauta_codebook_show(ben, "anna", &moment), 0);
    CHECK_INT(bauta_codebook_check_answer(anna, "ben", moment.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_WRONG);
    CHECK_INT(check_of(anna, "ben", answer.text), BAUTA_CODEWORD_WRONG);
    CHECK_INT(bauta_codebook_check_answer(anna, "ben", answer.text, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_RIGHT && result.role == 1);
    CHECK_INT(bauta_codebook_check_answer(anna, "ben", answer.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_EXPIRED);

    // The answer to an earlier question is none to this one.
    CHECK_INT(bauta_codebook_ask(anna, "ben", &question), 0);
    CHECK_INT(bauta_codebook_answer(ben, "anna", question.text, &answer, &result), 0);
    CHECK_INT(bauta_codebook_ask(anna, "ben", &other), 0);
    CHECK(strcmp(question.text, other.text) != 0);
    CHECK_INT(bauta_codebook_check_answer(anna, "ben", answer.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_WRONG);

    // Whoever has not the secret gets no answer, nor does who says a question back.
    CHECK_INT(bauta_codebook_answer(anna, "ben", other.text, &answer, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_OWN);
    strcpy(answer.text, "untouched");
    uint16_t index[3] = {0};
    CHECK_INT(bt_phrase_read(other.text, index), 3);
    index[2] = (uint16_t)((index[2] + 1) % BAUTA_CODEWORD_LIST);
    bt_phrase_write(index, 3, &other);
    CHECK_INT(bauta_codebook_answer(ben, "anna", other.text, &answer, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_WRONG || result.verdict == BAUTA_CODEWORD_OWN);
    CHECK_TEXT(answer.text, "untouched");
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_question_times(void)
{
    struct bauta_codebook *anna = book_of("late-a"), *ben = book_of("late-b");
    struct bauta_codeword_result result;
    struct bauta_phrase question, answer;
    pair_up(anna, ben);
    // Seconds from the question until it is answered by ben's clock, and until the answer
    // is checked by anna's; whether each is in time.
    const struct {
        int answered, checked, heard, right;
    } rows[] = {{0, 0, 1, BAUTA_CODEWORD_RIGHT},
                {-30, 0, 1, BAUTA_CODEWORD_RIGHT},
                {30, 40, 1, BAUTA_CODEWORD_RIGHT},
                {104, 104, 1, BAUTA_CODEWORD_RIGHT},
                {105, 0, 0, 0},
                {-46, 0, 0, 0},
                {0, 105, 1, BAUTA_CODEWORD_EXPIRED},
                {0, -50, 1, BAUTA_CODEWORD_EXPIRED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int64_t asked = 1800000015 + (int64_t)i * 86400;
        clock_now = asked;
        CHECK_INT(bauta_codebook_ask(anna, "ben", &question), 0);
        clock_now = asked + rows[i].answered;
        CHECK_INT(bauta_codebook_answer(ben, "anna", question.text, &answer, &result), 0);
        CHECK_INT(result.verdict == BAUTA_CODEWORD_RIGHT, rows[i].heard);
        if (!rows[i].heard)
            continue;
        clock_now = asked + rows[i].checked;
        CHECK_INT(bauta_codebook_check_answer(anna, "ben", answer.text, &result), 0);
        CHECK_INT(result.verdict, rows[i].right);
    }
    // Nearly all questions are understood, at each age that they may have.
    int understood = 0;
    clock_now = 1900000000;
    for (int i = 0; i < 100; i++) {
        clock_now += 1000;
        CHECK_INT(bauta_codebook_ask(anna, "ben", &question), 0);
        clock_now += i % 5 * 30 - 30;
        CHECK_INT(bauta_codebook_answer(ben, "anna", question.text, &answer, &result), 0);
        understood += result.verdict == BAUTA_CODEWORD_RIGHT;
    }
    CHECK_INT(understood, 100);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_duress(void)
{
    struct bauta_codebook *anna = book_of("duress-a"), *ben = book_of("duress-b");
    struct bauta_codeword_result result;
    struct bauta_phrase pair, again, other, moment;
    char words[64];
    pair_up(anna, ben);
    clock_now = 1800000000;
    CHECK_INT(bauta_codebook_duress(anna, "ben", &pair), 0);
    CHECK_INT(bauta_codebook_duress(ben, "anna", &other), 0);
    CHECK_INT(pair.seconds, 0);
    CHECK(strcmp(pair.text, other.text) != 0);
    CHECK_INT(bauta_codebook_show(anna, "ben", &moment), 0);
    snprintf(words, sizeof words, "%.*s %s", (int)strcspn(moment.text, " "), moment.text,
             pair.text);
    CHECK_INT(check_of(ben, "anna", words), BAUTA_CODEWORD_DURESS);
    CHECK_INT(check_of(ben, "anna", pair.text), BAUTA_CODEWORD_DURESS);
    // The same on any day, as often as it is said, as an answer, and while it is locked.
    clock_now += 400 * 86400;
    CHECK_INT(bauta_codebook_duress(anna, "ben", &again), 0);
    CHECK_TEXT(again.text, pair.text);
    CHECK_INT(bauta_codebook_check_answer(ben, "anna", pair.text, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_DURESS && result.role == 0);
    for (int i = 0; i < 3; i++)
        check_of(ben, "anna", nonsense(40 + i));
    CHECK_INT(check_of(ben, "anna", nonsense(50)), BAUTA_CODEWORD_LOCKED);
    CHECK_INT(check_of(ben, "anna", words), BAUTA_CODEWORD_DURESS);
    // One's own mean nothing from somebody else.
    CHECK_INT(bauta_codebook_check(anna, "ben", pair.text, &result), BAUTA_E_USAGE);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_people(void)
{
    struct bauta_codebook *book[4];
    char text[3][BAUTA_CODEWORD_MESSAGE_BYTES], reply[BAUTA_CODEWORD_MESSAGE_BYTES];
    struct bauta_codeword_result result;
    struct bauta_phrase said, answer;
    clock_now = 1800000000;
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "people-%d", i);
        book[i] = book_of(name);
    }
    CHECK_INT(bauta_codebook_offer(book[0], "family", 4, text), 0);
    for (int i = 1; i < 4; i++)
        CHECK_INT(bauta_codebook_take(book[i], "family", text[i - 1], reply),
                  BAUTA_PAIR_READY);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(bauta_codebook_show(book[i], "family", &said), 0);
        for (int k = 0; k < 4; k++) {
            CHECK_INT(bauta_codebook_check(book[k], "family", said.text, &result), 0);
            CHECK_INT(result.verdict, i == k ? BAUTA_CODEWORD_OWN : BAUTA_CODEWORD_RIGHT);
            CHECK(i == k || result.role == i);
        }
    }
    CHECK_INT(bauta_codebook_ask(book[2], "family", &said), 0);
    CHECK_INT(bauta_codebook_answer(book[3], "family", said.text, &answer, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_RIGHT && result.role == 2);
    CHECK_INT(bauta_codebook_check_answer(book[2], "family", answer.text, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_RIGHT && result.role == 3);
    CHECK_INT(bauta_codebook_offer(book[0], "one", 1, text), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_offer(book[0], "nine", 9, text), BAUTA_E_USAGE);
    for (int i = 0; i < 4; i++)
        bauta_codebook_close(&book[i]);
}

// Another process with a book of its own, whose clock is off, answers through files.
static int other_side(int off)
{
    char text[BAUTA_CODEWORD_MESSAGE_BYTES], reply[BAUTA_CODEWORD_MESSAGE_BYTES],
        line[64];
    struct bauta_codebook *book = NULL;
    struct bauta_phrase said;
    struct bauta_codeword_result result;
    FILE *in = fopen(place("invitation"), "r");
    clock_now += off;
    if (!in || !fgets(text, sizeof text, in) ||
        bauta_codebook_open(place("child"), PASSPHRASE, 1, &book) ||
        bauta_codebook_take(book, "parent", text, reply) != BAUTA_PAIR_READY)
        return 1;
    fclose(in);
    in = fopen(place("words"), "r");
    if (!in || !fgets(line, sizeof line, in) ||
        bauta_codebook_check(book, "parent", line, &result) ||
        result.verdict != BAUTA_CODEWORD_RIGHT ||
        bauta_codebook_show(book, "parent", &said))
        return 2;
    fclose(in);
    FILE *out = fopen(place("back"), "w");
    if (!out || fputs(said.text, out) < 0 || fclose(out))
        return 3;
    bauta_codebook_close(&book);
    return 0;
}

static void test_processes(int off)
{
    char text[1][BAUTA_CODEWORD_MESSAGE_BYTES], line[64] = "";
    struct bauta_phrase said;
    int status = -1;
    clock_now = 1800000015;
    unlink(place("child"));
    unlink(place("parent"));
    struct bauta_codebook *book = book_of("parent");
    CHECK_INT(bauta_codebook_offer(book, "child", 2, text), 0);
    CHECK_INT(bauta_codebook_show(book, "child", &said), 0);
    FILE *file = fopen(place("invitation"), "w");
    CHECK(file && fprintf(file, "%s\n", text[0]) > 0 && !fclose(file));
    file = fopen(place("words"), "w");
    CHECK(file && fputs(said.text, file) >= 0 && !fclose(file));
    const pid_t child = fork();
    if (!child)
        _exit(other_side(off));
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    file = fopen(place("back"), "r");
    CHECK(file && fgets(line, sizeof line, file) && !fclose(file));
    CHECK_INT(check_of(book, "child", line), BAUTA_CODEWORD_RIGHT);
    bauta_codebook_close(&book);
}

// Many at once count together: three wrong ones lock, whoever looked at them.
static void test_together(void)
{
    struct bauta_codebook *anna = book_of("crowd-a"), *ben = book_of("crowd-b");
    struct bauta_phrase said;
    enum { CROWD = 8 };
    pid_t child[CROWD];
    int right = 0, replayed = 0;
    pair_up(anna, ben);
    clock_now = 1800000015;
    CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
    for (int i = 0; i < CROWD; i++) {
        child[i] = fork();
        if (!child[i]) {
            struct bauta_codeword_result result;
            const int failed = bauta_codebook_check(ben, "anna", said.text, &result);
            _exit(failed ? 99 : (int)result.verdict);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        int status = -1;
        CHECK_INT(waitpid(child[i], &status, 0), child[i]);
        right += WEXITSTATUS(status) == BAUTA_CODEWORD_RIGHT;
        replayed += WEXITSTATUS(status) == BAUTA_CODEWORD_REPLAYED;
    }
    CHECK_INT(right, 1);
    CHECK_INT(replayed, CROWD - 1);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

int main(void)
{
    words_begin();
    test_directions();
    test_skew();
    test_replay();
    test_lock();
    test_question();
    test_question_times();
    test_duress();
    test_people();
    test_processes(0);
    test_processes(30);
    test_processes(-30);
    test_together();
    return words_end();
}

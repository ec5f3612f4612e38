// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_UNIT_CHECK_H
#define BT_TESTS_UNIT_CHECK_H

#include <math.h>
#include <stdio.h>
#include <string.h>

// A test counts what is wrong and goes on; main ends with `return check_end();`.
static int check_failures;
static int check_count;

static inline int check_that(int good, const char *what, const char *file, int line)
{
    check_count++;
    if (!good) {
        check_failures++;
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    }
    return good;
}

static inline int check_near(double a, double b, double tolerance, const char *what,
                             const char *file, int line)
{
    check_count++;
    if (fabs(a - b) <= tolerance)
        return 1;
    check_failures++;
    fprintf(stderr, "%s:%d: %s: %.9g is not %.9g within %g\n", file, line, what, a, b,
            tolerance);
    return 0;
}

static inline int check_text(const char *a, const char *b, const char *file, int line)
{
    check_count++;
    if (a && b && !strcmp(a, b))
        return 1;
    check_failures++;
    fprintf(stderr, "%s:%d: '%s' is not '%s'\n", file, line, a ? a : "(null)",
            b ? b : "(null)");
    return 0;
}

static inline int check_integer(long long a, long long b, const char *what,
                                const char *file, int line)
{
    check_count++;
    if (a == b)
        return 1;
    check_failures++;
    fprintf(stderr, "%s:%d: %s: %lld is not %lld\n", file, line, what, a, b);
    return 0;
}

// A test that checked nothing has failed.
static inline int check_end(void)
{
    if (!check_count)
        fprintf(stderr, "nothing was checked\n");
    else if (check_failures)
        fprintf(stderr, "%d of %d checks failed\n", check_failures, check_count);
    return check_failures || !check_count;
}

#define CHECK(condition) check_that(!!(condition), #condition, __FILE__, __LINE__)
#define CHECK_INT(a, b) check_integer((a), (b), #a, __FILE__, __LINE__)
#define CHECK_TEXT(a, b) check_text((a), (b), __FILE__, __LINE__)
#define CHECK_NEAR(a, b, tolerance) \
    check_near((a), (b), (tolerance), #a, __FILE__, __LINE__)

#endif

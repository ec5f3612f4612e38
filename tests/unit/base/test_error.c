// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <limits.h>

#include <bauta/error.h>

#include "../check.h"

int main(void)
{
    for (int error = 0; error >= BAUTA_E_PROVIDER; error--) {
        if (error < BAUTA_E_TAMPERED && error > BAUTA_E_PROVIDER) {
            CHECK_TEXT(bauta_strerror(error), "unknown error");
            continue;
        }
        const char *phrase = bauta_strerror(error);
        CHECK(phrase && phrase[0] && islower((unsigned char)phrase[0]));
        CHECK(phrase && strcmp(phrase, "unknown error"));
        for (int other = 0; other > error; other--)
            CHECK(strcmp(phrase, bauta_strerror(other)));
    }
    CHECK_TEXT(bauta_strerror(1), "unknown error");
    CHECK_TEXT(bauta_strerror(BAUTA_E_PROVIDER - 1), "unknown error");
    CHECK_TEXT(bauta_strerror(INT_MIN), "unknown error");
    CHECK_TEXT(bauta_strerror(INT_MAX), "unknown error");

    char version[64];
    snprintf(version, sizeof(version), "%d.%d.%d", BAUTA_VERSION_MAJOR,
             BAUTA_VERSION_MINOR, BAUTA_VERSION_PATCH);
    CHECK_TEXT(bauta_version(), version);
    CHECK_TEXT(BAUTA_VERSION, version);
    return check_end();
}

// SPDX-License-Identifier: Apache-2.0
#include <bauta/version.h>

const char *bauta_version(void)
{
    return BAUTA_VERSION;
}

// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include <bauta/error.h>

// Indexed by the negated error.
static const char *const phrases[] = {
    [-BAUTA_OK] = "success",
    [-BAUTA_E_FAILED] = "failed",
    [-BAUTA_E_USAGE] = "wrong argument or option",
    [-BAUTA_E_NO_MEMORY] = "out of memory",
    [-BAUTA_E_NOT_FOUND] = "not found",
    [-BAUTA_E_PERMISSION] = "permission denied",
    [-BAUTA_E_EXISTS] = "the output exists already",
    [-BAUTA_E_DISK_FULL] = "no room left on the disk",
    [-BAUTA_E_IO] = "reading or writing failed",
    [-BAUTA_E_FORMAT] = "not a picture or video, or damaged",
    [-BAUTA_E_NO_VIDEO] = "no video stream",
    [-BAUTA_E_UNSUPPORTED] = "not supported",
    [-BAUTA_E_CONTAINER] = "the container cannot hold a stream",
    [-BAUTA_E_NO_FACE] = "no usable face",
    [-BAUTA_E_CONSENT] = "consent missing or malformed",
    [-BAUTA_E_MODEL] = "model missing, damaged or of the wrong kind",
    [-BAUTA_E_RUNTIME] = "the runtime of the networks does not load",
    [-BAUTA_E_TOO_LARGE] = "too large",
    [-BAUTA_E_TOO_SMALL] = "too small",
    [-BAUTA_E_STOPPED] = "stopped on request",
    [-BAUTA_E_END] = "end of the stream",
    [-BAUTA_E_AGAIN] = "not ready yet",
    [-BAUTA_E_CONTENT] = "refused by the content gate",
    [-BAUTA_E_PASSPHRASE] = "wrong passphrase",
    [-BAUTA_E_TAMPERED] = "changed by somebody, or damaged",
    [-BAUTA_E_PROVIDER] = "execution provider missing or not working",
};

const char *bauta_strerror(int error)
{
    const int count = (int)(sizeof(phrases) / sizeof(phrases[0]));
    if (error > 0 || error <= -count || !phrases[-error])
        return "unknown error";
    return phrases[-error];
}

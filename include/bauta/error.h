// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_ERROR_H
#define BAUTA_ERROR_H

#include <bauta/version.h>

#ifdef __cplusplus
extern "C" {
#endif

// Every function that can fail returns an int: 0 or above is success, one of these is
// failure. Where the cause is known the log names the file or device and what to do.
// The program's exit code is the negated value.
enum bauta_error {
    BAUTA_OK = 0,
    BAUTA_E_FAILED = -1,      // Something that has no better name; the log says what.
    BAUTA_E_USAGE = -2,       // A wrong argument, option or value.
    BAUTA_E_NO_MEMORY = -3,   // Out of memory, or a size over its limit.
    BAUTA_E_NOT_FOUND = -4,   // No such file, folder or device.
    BAUTA_E_PERMISSION = -5,  // The system refuses to read or to write.
    BAUTA_E_EXISTS = -6,      // The output is there already and may not be overwritten.
    BAUTA_E_DISK_FULL = -7,   // No room left for the output.
    BAUTA_E_IO = -8,          // Reading or writing failed otherwise.
    BAUTA_E_FORMAT = -9,      // Not a picture or video, damaged, or empty.
    BAUTA_E_NO_VIDEO = -10,   // A media file without a video stream.
    BAUTA_E_UNSUPPORTED = -11,// A good file, but a kind that cannot be handled.
    BAUTA_E_CONTAINER = -12,  // The container of the output cannot hold a stream.
    BAUTA_E_NO_FACE = -13,    // The photo shows no face that can be used.
    BAUTA_E_CONSENT = -14,    // The ground of consent is missing or malformed.
    BAUTA_E_MODEL = -15,      // A model file is missing, damaged or of the wrong kind.
    BAUTA_E_RUNTIME = -16,    // ONNX Runtime is missing or does not load.
    BAUTA_E_TOO_LARGE = -17,  // A picture or file over the size limit.
    BAUTA_E_TOO_SMALL = -18,  // A picture too small to work on.
    BAUTA_E_STOPPED = -19,    // Stopped on request; what was made until then is whole.
    BAUTA_E_END = -20,        // No more frames. Never an exit code.
    BAUTA_E_AGAIN = -21,      // Nothing ready yet, or no room yet. Never an exit code.
    BAUTA_E_CONTENT = -22,    // The content gate: an intimate picture, nothing was made.
    BAUTA_E_PASSPHRASE = -23, // The passphrase is not the book's.
    BAUTA_E_TAMPERED = -24,   // A book or message of code words was changed.
    // -25 to -29 are no errors: the program's codeword leaves with their statuses.
    BAUTA_E_PROVIDER = -30,   // What is to run a net is not offered, or does not start.
};

// A short lower-case English phrase for an error, "unknown error" for other values.
// Static storage. Thread-safe.
BAUTA_API const char *bauta_strerror(int error);

#ifdef __cplusplus
}
#endif
#endif

// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_VERSION_H
#define BAUTA_VERSION_H

#define BAUTA_VERSION_MAJOR 0
#define BAUTA_VERSION_MINOR 1
#define BAUTA_VERSION_PATCH 0
#define BAUTA_VERSION "0.1.0"

// Symbols carrying this are the library's whole interface; everything else is hidden.
#if defined(__GNUC__)
#define BAUTA_API __attribute__((visibility("default")))
#define BAUTA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define BAUTA_API
#define BAUTA_PRINTF(fmt, args)
#endif

#ifdef __cplusplus
extern "C" {
#endif

// The version of the library in use, "major.minor.patch". Static storage. Thread-safe.
BAUTA_API const char *bauta_version(void);

#ifdef __cplusplus
}
#endif
#endif
